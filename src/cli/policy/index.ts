/** `policy`: what the configuration means, before it is used. A new one: a file, and a line in the table. */
import { cases } from "./cases.ts";
import { check } from "./check.ts";
import { diff } from "./diff.ts";
import { explain } from "./explain.ts";
import type { PolicyRun } from "./means.ts";

/** Each parses its own arguments, and throws one sentence where they are wrong. */
const TABLE: Record<string, (args: string[]) => PolicyRun> = { check, explain, test: cases, diff };

/** Throws one sentence. */
export function policyCommand([name = "", ...args]: string[]): PolicyRun {
  const command = Object.hasOwn(TABLE, name) ? TABLE[name] : undefined;
  if (!command) throw new Error(`Say what to do: ${Object.keys(TABLE).join(", ")}.`);
  return command(args);
}
