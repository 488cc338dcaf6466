/** The month's command line and environment → options; one sentence for what it does not know. */
import { parseArgs } from "node:util";

export interface Options {
  /** Keeps what comes of it; nothing is kept when left out. */
  kept: string | undefined;
  requests: number;
  seed: number;
}

export const USAGE = `npm run month [-- DIRECTORY]
  DIRECTORY           keeps what comes of it: the trail, the report, the samples and what went wrong
  MONTH_REQUESTS=…    how many requests are made: 2000 when left out
  MONTH_SEED=…        another number, another month of the same kind: 1 when left out`;

/** Throws one sentence. */
export function readOptions(args: string[], environment: NodeJS.ProcessEnv): Options | "help" {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h", default: false } },
  });
  if (values.help) return "help";
  const [kept, more] = positionals;
  if (more !== undefined) throw new Error(`One directory keeps all of it, and ${more} is another.`);
  const number = (name: string, usual: number) => {
    const given = environment[name];
    if (given && !/^[1-9]\d*$/.test(given)) throw new Error(`${name} takes a number, not ${given}.`);
    return Number(given || usual);
  };
  return { kept, requests: number("MONTH_REQUESTS", 2_000), seed: number("MONTH_SEED", 1) };
}
