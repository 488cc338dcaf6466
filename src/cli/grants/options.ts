/** What may follow `grants` on the command line. Pure. */
import { parseArgs } from "node:util";

export const GRANTS_USAGE = "node src/main.ts grants confirm-restore";

const SUBCOMMANDS = ["confirm-restore"] as const;

/** Throws one sentence. */
export function grantsOptions(args: string[]): (typeof SUBCOMMANDS)[number] {
  const { positionals } = parseArgs({ args, allowPositionals: true, strict: true });
  const name = SUBCOMMANDS.find((known) => known === positionals[0]);
  if (!name || positionals.length > 1) throw new Error(`Say what to do: ${SUBCOMMANDS.join(", ")}.`);
  return name;
}
