/** The means of a command, and how it reads its arguments. */
import { userInfo } from "node:os";
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import type { Logger } from "pino";
import { z } from "zod";
import type { Clock } from "../request/clock.ts";
import { Operator } from "../request/ids.ts";

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

/** The arguments are wrong: main.ts adds how the command is called. */
export class UsageError extends Error {
  override name = "UsageError";
}

export const FLAG = { type: "boolean" } as const;
export const TEXT = { type: "string" } as const;

/** `values`: the options; `positionals`: the words beside them, which are refused unless allowed. Throws UsageError. */
export function readArguments<const T extends ParseArgsOptionsConfig>(
  args: string[],
  options: T,
  allowPositionals = false,
) {
  try {
    return parseArgs({ args, options, strict: true, allowPositionals });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The values of such options. */
export type Values<T extends ParseArgsOptionsConfig> = ReturnType<typeof readArguments<T>>["values"];

const LONGEST_NAME = 60;

/** The operator as the trail names them. `as`: their name; the system's when left out. Throws UsageError. */
export function readOperator(as: string = systemUser()): Operator {
  if (as.length > LONGEST_NAME || !/^\P{C}+$/u.test(as))
    throw new UsageError(`--as takes a name of at most ${LONGEST_NAME} characters.`);
  return Operator.parse(`operator ${as}`);
}

/** A container's user may have no name. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

const GivenMoment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .transform((moment) => Date.parse(moment));

/** Milliseconds since the epoch; null where none is given. Throws UsageError. */
export function readMoment(option: string, given: string | undefined): number | null {
  if (given === undefined) return null;
  const { data } = GivenMoment.safeParse(given);
  if (data === undefined)
    throw new UsageError(`${option} takes a day such as 2026-11-01, or a time such as 2026-11-01T09:00Z.`);
  return data;
}
