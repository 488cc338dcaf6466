/** The doctor at a world that a test has broken in one place. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { parse, stringify } from "yaml";
import { scratch } from "../../sandbox/child.ts";
import type { Finding } from "../../src/cli/checks/finding.ts";
import { doctor } from "../../src/cli/doctor/index.ts";
import type { DoctorOptions } from "../../src/cli/doctor/options.ts";
import { loadConfig } from "../../src/config.ts";
import type { World } from "./bot.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test bends the file as it likes.
export type File = any;

export interface ConfigChange {
  env?: Record<string, string>;
  file?(file: File): void;
  kubeconfig?: string;
  /** Of its file. */
  mode?: number;
}

/** Runs it as the command line does. */
export async function runDoctor(
  world: World,
  change: ConfigChange = {},
  options: Partial<DoctorOptions> = {},
) {
  const dir = scratch("karpor-access-doctor");
  try {
    const { env, path } = settings(world, dir.path, change);
    const lines: string[] = [];
    const say = (line: string) => void lines.push(line);
    const means = { clock: world.clock, log: pino({ level: "silent" }), say, colour: false };
    const good = await doctor(
      () => loadConfig({ ...env, KARPOR_ACCESS_CONFIG: path }),
      { json: true, canary: false, offline: false, ...options },
      means,
    );
    return { good, said: lines.join("\n") };
  } finally {
    dir.remove();
  }
}

export const findingsOf = ({ said }: { said: string }): Finding[] =>
  (JSON.parse(said) as { findings: Finding[] }).findings;

/** A configuration in a directory of its own: the world's, changed. */
export function settings(
  world: World,
  dir: string,
  { env = {}, file, kubeconfig, mode = 0o600 }: ConfigChange,
) {
  const from = world.env.KARPOR_ACCESS_CONFIG;
  const contents: File = parse(readFileSync(from, "utf8"));
  file?.(contents);
  writeFileSync(
    join(dir, "hub.kubeconfig"),
    kubeconfig ?? readFileSync(join(dirname(from), "hub.kubeconfig")),
    { mode },
  );
  writeFileSync(join(dir, "config.yml"), stringify(contents));
  return { env: { ...world.env, ...env }, path: join(dir, "config.yml") };
}
