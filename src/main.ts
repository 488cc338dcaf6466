/** The program's entry: finds the command in the arguments (`start` without one), loads its code alone, and runs it. */
import { setTimeout as sleep } from "node:timers/promises";
import { destination } from "pino";
import { confirmAtTerminal } from "./cli/confirm.ts";
import { type CommandMeans, readArguments, UsageError } from "./cli/options.ts";
import { ConfigError, loadConfig } from "./config.ts";
import { createLog } from "./ops/log.ts";
import { VERSION } from "./version.ts";

interface CommandForm {
  usage: string;
  /** Resolves to the exit code, or to a boolean: false exits with 1. `start` resolves when the bot runs. */
  run(args: string[], means: CommandMeans): Promise<unknown>;
}

const COMMAND_LOADERS: Record<string, () => Promise<CommandForm>> = {
  start: async () => ({ usage: "start", run: start }),
  setup: async () => {
    const [{ setup }, { SETUP_USAGE }] = [
      await import("./cli/setup/index.ts"),
      await import("./cli/setup/options.ts"),
    ];
    return { usage: SETUP_USAGE, run: setup };
  },
  doctor: async () => {
    const { doctor, DOCTOR_USAGE } = await import("./cli/doctor/index.ts");
    return { usage: DOCTOR_USAGE, run: doctor };
  },
  policy: async () => {
    const { policy, POLICY_USAGE } = await import("./cli/policy/index.ts");
    return { usage: POLICY_USAGE, run: policy };
  },
  grants: async () => {
    const { grants, GRANTS_USAGE } = await import("./cli/grants/index.ts");
    return { usage: GRANTS_USAGE, run: grants };
  },
  audit: async () => {
    const { audit, AUDIT_USAGE } = await import("./cli/audit/index.ts");
    return { usage: AUDIT_USAGE, run: audit };
  },
};

const HELP = `Usage: node src/main.ts [COMMAND]

  start     serve until SIGTERM or Ctrl-C; without a command, too
  setup     make the bot's account on the hub, its rights and its kubeconfig
  doctor    check the configuration, Slack, Redis and the hub
  policy    say what the configuration means: check, explain, test
  grants    list, show and end access; lock down and unlock
  audit     export, verify and report on the trail

  COMMAND --help    how it is called
  --version`;

/** Runs one command and resolves to its exit code; `start` resolves when the bot runs. `complain` prints mistakes. */
export async function runCommandLine(
  [name = "start", ...args]: string[],
  means: CommandMeans,
  complain: (line: string) => void,
): Promise<number> {
  if (name === "--help") return printLine(HELP, means);
  if (name === "--version") return printLine(VERSION, means);
  const load = Object.hasOwn(COMMAND_LOADERS, name) ? COMMAND_LOADERS[name] : undefined;
  if (!load) {
    complain(`There is no command ${name}.\n${HELP}`);
    return WRONG_USE;
  }
  const { usage, run } = await load();
  const forms = usageText(usage, means.variables);
  if (args.includes("--help")) return printLine(forms, means);
  try {
    return exitCode(await run(args, means));
  } catch (error) {
    for (const line of linesFor(error, forms)) complain(line);
    return error instanceof UsageError ? WRONG_USE : 1;
  }
}

const WRONG_USE = 2;

function printLine(text: string, { say }: CommandMeans): number {
  say(text);
  return 0;
}

const exitCode = (result: unknown): number =>
  typeof result === "number" ? result : Number(result === false);

/** Shows a command as it was called: by an npm script, or by Node, as in the image. */
function usageText(usage: string, { npm_lifecycle_event: script }: NodeJS.ProcessEnv): string {
  const forms = usage
    .split("\n")
    .map((form) => (script ? `npm run ${form.replace(" ", " -- ")}` : `node src/main.ts ${form}`));
  return `Usage: ${forms.join("\n       ")}`;
}

function linesFor(error: unknown, forms: string): string[] {
  if (error instanceof UsageError) return [error.message, forms];
  if (!(error instanceof ConfigError)) return [(error as Error).message];
  return ["The configuration has mistakes:", ...error.mistakes.map((mistake) => `  ${mistake}`)];
}

/** Starts the bot, and stops it at SIGTERM or SIGINT. Where it cannot start it logs each reason and returns 1. */
async function start(args: string[], { variables, clock }: CommandMeans): Promise<number> {
  readArguments(args, {});
  try {
    const config = loadConfig(variables);
    const log = createLog(config.env.LOG_LEVEL);
    process.on("unhandledRejection", (error) => log.error({ err: error }, "a library lost a promise"));
    // Node would print a warning as a raw line between those of the log.
    process.removeAllListeners("warning");
    process.on("warning", (warning) => log.warn({ err: warning }, "a library warns"));
    const { startBot } = await import("./start.ts");
    const running = await startBot(config, { clock, log });
    log.info(
      { port: running.port },
      `karpor-access ${VERSION}, ${config.instance}, serves ${config.hub.name}`,
    );
    let isStopping = false;
    const stop = () => {
      // npm sends a terminal's signal a second time.
      if (!isStopping) void running.stop().finally(() => process.exit(0));
      isStopping = true;
    };
    for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, stop);
    return 0;
  } catch (error) {
    for (const reason of refusalReasons(error)) createLog().error(`The bot does not start: ${reason}`);
    return 1;
  }
}

function refusalReasons(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.mistakes;
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number };
  if (code === "EADDRINUSE") return [`port ${port} is taken; stop what listens there, or choose another one`];
  return [message];
}

if (import.meta.main) {
  // A reader such as `head` closes the pipe early: that is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const means: CommandMeans = {
    variables: process.env,
    clock: {
      now: () => Date.now(),
      sleep: async (ms, signal) => void (await sleep(ms, undefined, signal ? { signal } : {})),
    },
    // Only entries of the trail are written, a line each, to standard error.
    log: createLog("silent", destination({ dest: 2, sync: true })),
    say: (line) => void process.stdout.write(`${line}\n`),
    confirm: confirmAtTerminal,
    colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
  };
  const complain = (line: string) => void process.stderr.write(`${line}\n`);
  const code = await runCommandLine(process.argv.slice(2), means, complain);
  // A start that failed may have opened connections; one that did not goes on.
  if (code !== 0) process.exit(code);
}
