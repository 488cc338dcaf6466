/** The bot's process: started, killed with SIGKILL, and started again. Its clock moves with the playground's. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Clock } from "../../src/request/clock.ts";
import type { FromBot, ToBot } from "./protocol.ts";

export interface BotProcess {
  readonly pid: number | undefined;
  /** With the variables of the last start, unless others are given. Throws what keeps it from starting. */
  start(variables?: Record<string, string>): Promise<void>;
  jump(ms: number): Promise<void>;
  /** Resolves after one sweep. */
  sweep(): Promise<void>;
  /** SIGKILL: no handler runs, and nothing is tidied up. */
  kill(): Promise<void>;
}

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const READY_WITHIN = 60_000;

/** Its modules load immediately. */
export function createBot(clock: Clock, verbose: boolean): BotProcess {
  let child = launch(verbose);
  let running = false;
  let known: Record<string, string> = {};
  const request = async (message: ToBot) => {
    if (running) await answerTo(child, message, "done");
  };
  return {
    get pid() {
      return child.pid;
    },
    async start(variables = known) {
      known = variables;
      if (isGone(child)) child = launch(verbose);
      await answerTo(child, { start: { variables, offset: clock.now() - Date.now() } }, "ready");
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

function launch(verbose: boolean): ChildProcess {
  const output = verbose ? "inherit" : "ignore";
  return fork(MAIN, [], { stdio: ["ignore", output, output, "ipc"] });
}

/** Takes one request at a time. What a process was doing when it died is lost with it. */
function answerTo(child: ChildProcess, message: ToBot, wanted: "ready" | "done"): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      clearTimeout(timer);
      child.off("message", receive).off("exit", gone);
      act();
    };
    const receive = (answer: FromBot) => {
      if (wanted in answer) settle(resolve);
      if ("refused" in answer) settle(() => reject(new Error(answer.refused.join("\n"))));
    };
    const gone = () => settle(() => (wanted === "done" ? resolve() : reject(new Error("The bot ended."))));
    const late = () => settle(() => reject(new Error("The bot didn't answer within a minute.")));
    const timer = setTimeout(late, READY_WITHIN);
    child.on("message", receive).once("exit", gone);
    child.send(message, () => {});
  });
}
