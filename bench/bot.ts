/** The bot in a process of its own, whose event loop is nobody else's. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import manifest from "../package.json" with { type: "json" };
import type { World } from "./world.ts";

/** Settings of Node and of its allocator, as `npm start` has them. */
const { start } = manifest.scripts;
const execArgv = start.match(/--(?!import)\S+/g) ?? [];
const allocator = Object.fromEntries((start.match(/MALLOC\S+/g) ?? []).map((setting) => setting.split("=")));

export async function startBot({ env, slack }: World) {
  const child = fork(fileURLToPath(new URL("replica.ts", import.meta.url)), {
    ...{ execArgv, env: { ...process.env, ...allocator, ...env } },
    stdio: ["ignore", process.env.BENCH_LOG ? "inherit" : "ignore", "inherit", "ipc"],
  });
  const gone = once(child, "exit");
  const answer = async (): Promise<{ port?: number; took?: number }> => {
    const [told] = await Promise.race([
      once(child, "message"),
      gone.then(() => Promise.reject(new Error("the bot's process ended"))),
    ]);
    return told;
  };
  const { port } = await answer();
  slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);
  return {
    /** Milliseconds of one sweep. */
    async sweep(): Promise<number> {
      child.send("sweep");
      return (await answer()).took ?? Number.NaN;
    },
    /** What the kernel has given it, in MB. */
    memory: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) / 1024,
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await gone;
    },
  };
}
