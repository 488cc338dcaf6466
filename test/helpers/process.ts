/** A replica in a process of its own, as the promises need it: killed, stopped and continued by signals. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { World } from "./world.ts";

const ENTRY = fileURLToPath(new URL("process-entry.ts", import.meta.url));

export type Told = { jump: number } | { sweep: true };

export interface ReplicaProcess {
  readonly port: number;
  /** Its log so far: JSON lines. */
  lines(): string[];
  /** Moves its clock. */
  jump(ms: number): void;
  /** Asks for a sweep, and waits until it is done, or the process is. */
  sweep(): Promise<void>;
  stop(): void;
  continue(): void;
  /** kill -9. */
  kill(): Promise<void>;
  isRunning(): boolean;
}

/** `ahead`: how far the world's clock is ahead of the machine's. */
export async function startProcess(world: World): Promise<ReplicaProcess> {
  const child = fork(ENTRY, [String(world.clock.now() - Date.now())], {
    env: { ...process.env, ...world.env, LOG_LEVEL: "debug" },
    execArgv: ["--disable-warning=ExperimentalWarning"],
    silent: true,
  });
  child.setMaxListeners(0);
  const lines: string[] = [];
  const keep = (chunk: Buffer) => lines.push(...chunk.toString().split("\n").filter(Boolean));
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const port = await portOf(child, lines);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    ...{ port, isRunning, lines: () => lines },
    // A process that was just killed does not hear it, and that is no failure.
    jump: (ms) => void (isRunning() && child.send({ jump: ms } satisfies Told, () => {})),
    sweep: () => (isRunning() ? sweepOf(child) : Promise.resolve()),
    stop: () => void child.kill("SIGSTOP"),
    continue: () => void child.kill("SIGCONT"),
    kill: async () => {
      if (!isRunning()) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}

function portOf(child: ChildProcess, lines: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("message", (message) => resolve((message as { port: number }).port));
    child.once("exit", () => reject(new Error(`the replica did not start:\n${lines.join("\n")}`)));
  });
}

function sweepOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("message", () => resolve());
    child.once("exit", () => resolve());
    child.send({ sweep: true } satisfies Told, () => {});
  });
}
