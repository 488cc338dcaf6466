/** Two whole bots, each a process with a door of its own to the hub, on one Redis and one workspace. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import type { HubCall } from "../../sandbox/hub/faults.ts";
import type { AppDeps } from "../../src/app/clients.ts";
import type { LogLine, World } from "./bot.ts";
import { type Direction, openGate } from "./gate.ts";

const ENTRY = fileURLToPath(new URL("replica.ts", import.meta.url));

export type Replica = Awaited<ReturnType<typeof startReplica>>;

/** How long another replica waits before it takes over, a tenth of the real times: the margin is for a hub on this machine. */
export const QUICK = {
  lease: { ttl: 1500, renewEvery: 200, margin: 700 },
  locks: { lockDuration: 600, stalledInterval: 300 },
};

export async function startReplicas(world: World, times?: AppDeps["times"]) {
  const pair = await Promise.all([startReplica(world, "a", times), startReplica(world, "b", times)]);
  const kill = () => Promise.all(pair.map((one) => one.kill()));
  return {
    pair,
    /** Time moves for all. */
    jump: async (ms: number) => {
      for (const one of pair) one.jump(ms);
      await world.jump(ms);
    },
    /** The one that makes such a call, from which on all wait, and the other. */
    inTheMiddle: async (
      direction: Direction,
      act: () => Promise<unknown>,
      enough: () => Promise<boolean>,
      from: (call: HubCall) => boolean,
    ) => {
      const [one, two] = pair;
      let busy: Replica | undefined;
      holdFrom(world, direction, from, (call) => {
        busy ??= pair.find(({ gate }) => gate.isOf(call.from));
        for (const { gate } of pair) gate.hold(direction);
      });
      await act();
      await world.until(async () => busy?.gate.isBusy() === true && (await enough()));
      world.localHub?.meddle(undefined);
      return busy === one ? { busy: one, other: two } : { busy: two, other: one };
    },
    [Symbol.asyncDispose]: async () => void (await kill()),
  };
}

/** What the hub must not hear of, it hears and forgets. */
function holdFrom(
  { localHub }: World,
  direction: Direction,
  from: (call: HubCall) => boolean,
  hold: (call: HubCall) => void,
) {
  localHub?.meddle({
    before: async (call) => {
      if (!from(call)) return undefined;
      hold(call);
      return direction === "requests" ? { hang: true } : undefined;
    },
    after: async () => true,
  });
}

/** `preload`: a module that is loaded before the bot. */
export async function startReplica(world: World, name: string, times?: AppDeps["times"], preload?: string) {
  const gate = await openGate(Number(new URL(world.hub.url).port));
  const first = preload ? ["--import", new URL(preload, import.meta.url).href] : [];
  const child = spawn(process.execPath, [...first, ENTRY, JSON.stringify({ ahead: aheadOf(world), times })], {
    env: {
      ...process.env,
      METRICS_PORT: "0",
      ...world.env,
      KARPOR_ACCESS_CONFIG: configOf(world, name, gate.port),
    },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const lines: LogLine[] = [];
  if (child.stdout)
    createInterface(child.stdout).on("line", (line) => void lines.push(JSON.parse(line) as LogLine));
  const [[port, metricsPort]] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(refuse),
  ]);
  return {
    gate,
    lines,
    url: `http://127.0.0.1:${port}/slack/events`,
    metricsPort,
    jump: (ms: number) => child.connected && child.send(ms),
    /** As a machine that hangs: its connections stay. */
    freeze: async () => void child.kill("SIGSTOP"),
    /** As a process that died: its connections close. */
    kill: async () => {
      gate.close();
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    },
  };
}

const refuse = (): never => {
  throw new Error("The replica did not start.");
};

const aheadOf = ({ clock }: World): number => Math.round(clock.now() - Date.now());

function configOf({ env }: World, name: string, port: number): string {
  const config = parse(readFileSync(env.KARPOR_ACCESS_CONFIG, "utf8"));
  const path = env.KARPOR_ACCESS_CONFIG.replace("config.yml", `${name}.yml`);
  const hub = { ...config.hub, server: `https://127.0.0.1:${port}` };
  writeFileSync(path, stringify({ ...config, hub }));
  return path;
}
