/** What each command of the command line is given, and how it reads its arguments. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import type { Logger } from "pino";
import type { Clock } from "../request/clock.ts";

export interface CommandMeans {
  variables: NodeJS.ProcessEnv;
  clock: Clock;
  log: Logger;
  /** Prints a line. */
  say(line: string): void;
  /** Asks a question at the terminal; throws where nobody can be asked. */
  confirm(question: string): Promise<boolean>;
  colour: boolean;
}

/** What was typed is not how the command is called: main.ts adds how it is. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Throws UsageError. */
export function readOptions<const T extends ParseArgsOptionsConfig>(args: string[], options: T) {
  try {
    return parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The options, and the words beside them. Throws UsageError. */
export function readWords<const T extends ParseArgsOptionsConfig>(args: string[], options: T) {
  try {
    const { values, positionals } = parseArgs({ args, options, strict: true, allowPositionals: true });
    return { ...values, words: positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
