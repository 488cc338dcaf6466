/** The command line: `start` (the default), `setup`, `doctor`, `policy`, `grants`, `audit`; `--help`, `--version`. */
import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { pino } from "pino";
import { auditOptions } from "./cli/audit/options.ts";
import { confirm } from "./cli/confirm.ts";
import { doctorOptions } from "./cli/doctor/options.ts";
import { grantsOptions } from "./cli/grants/options.ts";
import { asksForHubAudit, asksForManifest, setupOptions } from "./cli/setup/options.ts";
import { usageText } from "./cli/usage.ts";
import { ConfigError, loadConfig, loadForHub } from "./config.ts";
import type { Clock } from "./domain/clock.ts";
import { VERSION } from "./version.ts";

const clock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => void (await sleep(ms, undefined, signal ? { signal } : {})),
};
const quiet = pino({ level: "silent" });
const say = (line: string) => void process.stdout.write(`${line}\n`);

/** A container's user may have no name. */
function user(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

/** Each parses its own arguments, and stays alive or exits; none loads what another needs. */
const COMMANDS: Record<string, (args: string[]) => Promise<void>> = {
  start: async (args) => {
    usage(() => parseArgs({ args, strict: true }));
    const { logRefusal, start } = await import("./cli/start.ts");
    try {
      await start(loadConfig(process.env), clock);
    } catch (error) {
      logRefusal(error);
      process.exit(1);
    }
  },
  setup: async (args) => {
    const manifest = usage(() => asksForManifest(args));
    if (manifest) {
      const { manifestFor } = await import("./cli/setup/manifest.ts");
      return say(manifestFor(manifest).trimEnd());
    }
    const audit = usage(() => asksForHubAudit(args));
    if (audit) {
      const { setUpHubAudit } = await import("./cli/setup/hub-audit.ts");
      return setUpHubAudit(loadForHub(process.env), audit, { say, confirm });
    }
    const options = usage(() => setupOptions(args));
    const { setup } = await import("./cli/setup/index.ts");
    await setup(loadForHub(process.env), options, { clock, log: quiet, say, confirm });
  },
  doctor: async (args) => {
    const options = usage(() => doctorOptions(args));
    const { doctor } = await import("./cli/doctor/index.ts");
    const colour = process.stdout.isTTY && !process.env.NO_COLOR;
    const load = () => (options.offline ? loadForHub : loadConfig)(process.env);
    const good = await doctor(load, options, { clock, log: quiet, say, colour });
    process.exitCode = good ? 0 : 1;
  },
  policy: async (args) => {
    const { policyCommand } = await import("./cli/policy/index.ts");
    const run = usage(() => policyCommand(args));
    const colour = process.stdout.isTTY && !process.env.NO_COLOR;
    const means = { variables: process.env, clock, log: quiet, say, colour };
    process.exitCode = (await run(means)) ? 0 : 1;
  },
  grants: async (args) => {
    const options = usage(() => grantsOptions(args));
    const { grants } = await import("./cli/grants/index.ts");
    const good = await grants(loadForHub(process.env), options, { clock, log: quiet, say, user });
    process.exitCode = good ? 0 : 1;
  },
  audit: async (args) => {
    const options = usage(() => auditOptions(args));
    const { audit } = await import("./cli/audit/index.ts");
    const config = ({ slack }: { slack: boolean }) => (slack ? loadConfig : loadForHub)(process.env);
    const warn = (line: string) => console.error(line);
    const means = { config, clock, log: quiet, say, warn, confirm, user, output: process.stdout };
    process.exitCode = (await audit(options, means)) ? 0 : 1;
  },
};

/** As of diff: 1 is an answer of theirs, such as that a trail is not whole, and whatever kept them from one is 2. */
const ANSWERING = ["policy", "audit"];

class UsageError extends Error {
  override name = "UsageError";
}

function usage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function refuse(error: unknown): never {
  if (error instanceof UsageError) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
  if (error instanceof ConfigError) {
    console.error(`The configuration has ${error.mistakes.length} mistake(s):`);
    for (const mistake of error.mistakes) console.error(`  ${mistake}`);
  } else console.error(error instanceof Error ? error.message : String(error));
  process.exit(ANSWERING.includes(name) ? 2 : 1);
}

const [name = "start", ...rest] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
const USAGE = usageText(name, Object.hasOwn(COMMANDS, process.env.npm_lifecycle_event ?? ""));
// As a program that a closed pipe ends: what was not said may be that it failed.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(141);
  refuse(new Error(`What it says cannot be written (${error.code}).`));
});
if (name === "--version") say(VERSION);
else if (name === "--help" || rest.includes("--help")) say(USAGE);
else if (command) command(rest).catch(refuse);
else refuse(new UsageError(`There is no command ${name}.`));
