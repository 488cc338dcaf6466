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
  /** The same, and nobody in it wakes by that: what comes again and again does not come the sooner. */
  pass(ms: number): Promise<void>;
  /** SIGKILL: no handler runs, nothing is tidied up. */
  kill(): Promise<void>;
}

export interface BotSettings {
  variables(): Record<string, string>;
  /** How far our clock is ahead of the machine's. */
  offset(): number;
  onLine(line: string): void;
  /** At each start, on another port. */
  onHubAudit?(port: number): void;
}

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
/** Seconds on any machine with room; a crowded one may take its time. */
const READY_WITHIN = 60_000;

/** Its modules load at once, in parallel with whatever is started before the bot. */
export function createBot(settings: BotSettings): BotProcess {
  let child = launch(settings);
  let running = false;
  const move = async (message: ToBot) => {
    if (!running) return;
    send(child, message);
    await answer(child, "jumped");
  };
  return {
    get pid() {
      return child.pid;
    },
    get running() {
      return running;
    },
    async start() {
      if (child.exitCode !== null || child.signalCode !== null) child = launch(settings);
      await begin(child, settings).catch(async (error: Error) => {
        // A machine that is busy just now may be too slow for the bot's first look at Redis; a mistake stays one.
        if (!/timed out|not ready/.test(error.message)) throw error;
        child.kill("SIGKILL");
        child = launch(settings);
        await begin(child, settings);
      });
      running = true;
    },
    jump: (ms) => move({ jump: ms }),
    pass: (ms) => move({ pass: ms }),
    async kill() {
      running = false;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
    },
  };
}

function begin(child: ChildProcess, settings: BotSettings): Promise<void> {
  send(child, { start: { variables: settings.variables(), offset: settings.offset() } });
  return answer(child, "ready");
}

function launch({ onLine, onHubAudit }: BotSettings): ChildProcess {
  const child = fork(MAIN, [], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  for (const stream of [child.stdout, child.stderr])
    if (stream) createInterface({ input: stream }).on("line", onLine);
  child.on("message", (message: FromBot) => {
    if ("ready" in message && message.hubAuditPort !== null) onHubAudit?.(message.hubAuditPort);
  });
  return child;
}

// What was sent to a process that died meanwhile is lost with it.
const send = (child: ChildProcess, message: ToBot): void => void child.send(message, () => {});

function answer(child: ChildProcess, wanted: "ready" | "jumped"): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer);
      child.off("message", hear).off("exit", gone);
      act();
    };
    const hear = (message: FromBot) => {
      if (wanted in message) settle(resolve);
      if ("refused" in message) settle(() => reject(new Error(message.refused.join("\n"))));
    };
    const gone = () => settle(() => (wanted === "jumped" ? resolve() : reject(new Error("The bot ended."))));
    const late = () => settle(() => reject(new Error("The bot was not ready within a minute.")));
    const timer = setTimeout(late, READY_WITHIN);
    child.on("message", hear).once("exit", gone);
  });
}
