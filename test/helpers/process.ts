/** The bot as a real process, as an operator starts it. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Running {
  child: ChildProcess;
  /** What it has printed so far, on both. */
  output(): string;
  /** Resolves when the output contains this; rejects when it ends before. */
  says(words: string): Promise<void>;
  /** Resolves to its exit code once all of its output is there. */
  ended: Promise<number | null>;
}

const { PATH = "", NODE_COMPILE_CACHE = "" } = process.env;
/** Where programs are, and where Node keeps what it compiled: what every process that a test starts is given. */
export const FOR_PROGRAMS = { PATH, NODE_COMPILE_CACHE };

/** Only these variables, and those that find programs: nothing of the machine's own settings. */
export const run = (script: string, args: string[], env: Record<string, string>): Running =>
  runNode([script, ...args], env);

/** As `node` with these arguments, in the project's root. */
export function runNode(args: string[], env: Record<string, string>): Running {
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...FOR_PROGRAMS, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const heard = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    output += chunk.toString();
    for (const look of heard) look();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return {
    child,
    output: () => output,
    ended,
    says: (words) =>
      new Promise((resolve, reject) => {
        const look = () => output.includes(words) && resolve();
        heard.add(look);
        look();
        void ended.then((code) =>
          reject(new Error(`It ended with ${code} and without "${words}": ${output}`)),
        );
      }),
  };
}
