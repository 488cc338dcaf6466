/** What the policy commands are given, and the rulebook of a file. */
import type { Logger } from "pino";
import { type ConfigFile, loadFile, pathOf } from "../../config.ts";
import type { Clock } from "../../domain/clock.ts";

export interface PolicyMeans {
  variables: NodeJS.ProcessEnv;
  clock: Clock;
  log: Logger;
  say(line: string): void;
  colour: boolean;
}

/** Resolves to whether all is as it should be. Throws ConfigError. */
export type PolicyRun = (means: PolicyMeans) => Promise<boolean>;

/** The file named, or the one that the bot would start with. Throws ConfigError. */
export const fileOf = (means: Pick<PolicyMeans, "variables">, path?: string): ConfigFile =>
  loadFile(naming(means, path));

export const pathIn = (means: Pick<PolicyMeans, "variables">, path?: string): string =>
  pathOf(naming(means, path));

const naming = ({ variables }: Pick<PolicyMeans, "variables">, path?: string): NodeJS.ProcessEnv =>
  path === undefined ? variables : { ...variables, KARPOR_ACCESS_CONFIG: path };
