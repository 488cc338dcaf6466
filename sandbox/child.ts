/** Child processes of the stand-ins: they die with their parent, however it dies, and leave nothing behind. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Child {
  readonly pid: number;
  /** What it has printed so far, for the error when it does not come up. */
  output(): string;
  exited(): boolean;
  signal(name: NodeJS.Signals): void;
  kill(): Promise<void>;
}

// The shell becomes the program, so the pid is the program's own. Its watcher reads the pipe that only the
// parent holds: even a parent killed with SIGKILL closes it, and the program goes with it. Of a program that is gone
// already it is told so: the pid may be another process's by then.
const LEASH = 'exec 3<&0; (read -r gone <&3 || kill -9 $$) >/dev/null 2>&1 & exec "$0" "$@" 3<&- </dev/null';

export async function startChild(binary: string, args: string[]): Promise<Child> {
  const child = spawn("/bin/sh", ["-c", LEASH, binary, ...args], { stdio: "pipe" });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let output = "";
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-20_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  child.stdin.on("error", () => {});
  child.once("exit", () => child.stdin.end("gone\n"));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${binary} could not be started.`);
  return {
    pid,
    output: () => output,
    exited: () => child.exitCode !== null || child.signalCode !== null,
    signal: (name) => void child.kill(name),
    kill: () => {
      child.kill("SIGKILL");
      return gone;
    },
  };
}

const scratches = new Set<string>();
const wipe = (path: string) => rmSync(path, { recursive: true, force: true });
process.once("exit", () => scratches.forEach(wipe));

/** A directory that is removed by `remove`, or at the latest when this process exits. */
export function scratch(prefix: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `${prefix}-`));
  scratches.add(path);
  return {
    path,
    remove: () => {
      scratches.delete(path);
      wipe(path);
    },
  };
}

/** A TCP port of 127.0.0.1 that was free a moment ago: whoever takes it must be ready to try another. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
