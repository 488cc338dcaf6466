/** The bot's process: started, killed for real, started again, its clock moved with ours. */
import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { FromBot, ToBot } from "./protocol.ts";

export interface BotProcess {
  readonly pid: number | undefined;
  readonly running: boolean;
  /** Throws what keeps it from starting. */
  start(): Promise<void>;
  jump(ms: number): Promise<void>;
  /** Resolves when everything that is due was rung for, and the hub was compared with the records. */
  sweep(): Promise<void>;
  /** SIGKILL: no handler runs, nothing is tidied up. */
  kill(): Promise<void>;
}

interface BotSettings {
  variables(): Record<string, string>;
  /** How far our clock is ahead of the machine's. */
  offset(): number;
  onLine(line: string): void;
}

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
/** Seconds on any machine with room; a crowded one may take its time. */
const READY_WITHIN = 60_000;

/** Its modules load at once, in parallel with whatever is started before the bot. */
export function createBot(settings: BotSettings): BotProcess {
  let child = launch(settings);
  let running = false;
  const request = async (message: ToBot) => {
    if (running) await answerTo(child, message, "done");
  };
  return {
    get pid() {
      return child.pid;
    },
    get running() {
      return running;
    },
    async start() {
      if (isGone(child)) child = launch(settings);
      const start = { variables: settings.variables(), offset: settings.offset() };
      await answerTo(child, { start }, "ready");
      running = true;
    },
    jump: (ms) => request({ jump: ms }),
    sweep: () => request({ sweep: true }),
    async kill() {
      running = false;
      if (isGone(child)) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}

const isGone = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

function launch({ onLine }: BotSettings): ChildProcess {
  const child = fork(MAIN, [], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  for (const stream of [child.stdout, child.stderr])
    if (stream) createInterface({ input: stream }).on("line", onLine);
  return child;
}

/** One at a time is asked of it; what was asked of a process that dies meanwhile is lost with it. */
function answerTo(child: ChildProcess, message: ToBot, wanted: "ready" | "done"): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer);
      child.off("message", hear).off("exit", gone);
      act();
    };
    const hear = (answer: FromBot) => {
      if (wanted in answer) settle(resolve);
      if ("refused" in answer) settle(() => reject(new Error(answer.refused.join("\n"))));
    };
    const gone = () => settle(() => (wanted === "done" ? resolve() : reject(new Error("The bot ended."))));
    const late = () => settle(() => reject(new Error("The bot did not answer within a minute.")));
    const timer = setTimeout(late, READY_WITHIN);
    child.on("message", hear).once("exit", gone);
    child.send(message, () => {});
  });
}
