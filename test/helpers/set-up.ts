/** What an operator does to a bot of a world: its configuration, and setup as the hub's administrator. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { parse, stringify } from "yaml";
import { systemClock } from "../../sandbox/clock.ts";
import { setup } from "../../src/cli/setup/index.ts";
import { setupOptions } from "../../src/cli/setup/options.ts";
import { loadForHub } from "../../src/config.ts";
import type { World } from "./bot.ts";
import type { File } from "./doctor.ts";

export function configure({ env }: World, change: (file: File) => void): void {
  const file: File = parse(readFileSync(env.KARPOR_ACCESS_CONFIG, "utf8"));
  change(file);
  writeFileSync(env.KARPOR_ACCESS_CONFIG, stringify(file));
}

/** As the command line does, where whoever runs it says yes; resolves to what it said. */
export const setUp = (world: World, ...args: string[]): Promise<string> => run(world, args, async () => true);

/** The new kubeconfig is written, and not said to be where the bot reads it: both accounts stand. */
export const rotateHalfway = (world: World): Promise<string> =>
  run(world, ["--rotate"], async (question) => question === "Go on?").catch((error: Error) => error.message);

async function run(
  { env, hub }: World,
  args: string[],
  confirm: (question: string) => Promise<boolean>,
): Promise<string> {
  const admin = join(dirname(env.KARPOR_ACCESS_CONFIG), "admin.kubeconfig");
  writeFileSync(admin, hub.adminKubeconfig);
  const lines: string[] = [];
  await setup(loadForHub(env), setupOptions(["--kubeconfig", admin, ...args]), {
    log: pino({ level: "silent" }),
    clock: systemClock(),
    say: (line) => void lines.push(line),
    confirm,
  });
  return lines.join("\n");
}
