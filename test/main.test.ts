/** The command line as a real process: how it starts, refuses, answers health, and stops. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { buttonsOf, visibleText } from "../sandbox/slack/index.ts";
import { startApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import { createLog } from "../src/log.ts";
import { VERSION } from "../src/version.ts";
import { ALICE, APPROVALS, BOB, GENERAL, startWorld, type World } from "./helpers/bot.ts";
import { type ConfigChange, type File, findingsOf, settings } from "./helpers/doctor.ts";
import { FOR_PROGRAMS } from "./helpers/process.ts";
import { silent } from "./helpers/silent.ts";

const MAIN = new URL("../src/main.ts", import.meta.url).pathname;
let world: World;
let dir: string;
const running = new Set<ChildProcess>();
// A busy machine takes its time to start a process.
vi.setConfig({ testTimeout: 90_000 });
beforeAll(async () => {
  world = await startWorld({ transport: "socket" });
  dir = mkdtempSync(join(tmpdir(), "karpor-access-main-"));
});
afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await world.close();
  rmSync(dir, { recursive: true });
});

function run(args: string[], change: ConfigChange = {}) {
  const { env, path } = settings(world, dir, change);
  const variables = { ...FOR_PROGRAMS, ...env, KARPOR_ACCESS_CONFIG: path };
  const child = spawn(process.execPath, [MAIN, ...args], { env: variables, stdio: "pipe" });
  const said = { out: "", err: "" };
  running.add(child);
  child.stdout.on("data", (chunk: Buffer) => {
    said.out += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said.err += chunk;
  });
  return { child, said, ended: once(child, "close").then(([code]) => code as number | null) };
}

/** Each a JSON line, also of what refuses the start. */
const linesOf = ({ out }: { out: string }) =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** The port that it says it is ready on. */
async function ready({ child, said }: { child: ChildProcess; said: { out: string } }): Promise<number> {
  await world.until(async () => /"msg":"ready"/.test(said.out) || child.exitCode !== null, 60_000);
  return Number(/"port":(\d+)/.exec(said.out)?.[1]);
}

test("what is wrong with the configuration is listed, and it ends with 1", async () => {
  const { said, ended } = run([], { env: { SLACK_BOT_TOKEN: "" }, file: (file) => delete file.instance });
  expect(await ended).toBe(1);
  expect(linesOf(said)).toMatchObject([
    { level: "error", cause: "configuration", msg: expect.stringMatching(/SLACK_BOT_TOKEN: is not set/) },
    { level: "error", cause: "configuration", msg: expect.stringMatching(/instance: is missing/) },
  ]);
  expect(said.err).toBe("");
});

test("a library that waits much on one connection, as while Redis takes no writes, is a line of the log", async () => {
  const many = `for(let%20i=0;i<11;i++)process.stdin.once('drain',()=>{})`;
  const bot = run([], {
    env: { NODE_OPTIONS: `--import=data:text/javascript,process.on('SIGUSR2',()=>{${many}})` },
  });
  await ready(bot);
  bot.child.kill("SIGUSR2");
  await world.until(async () => /MaxListeners/.test(bot.said.out + bot.said.err));
  bot.child.kill("SIGTERM");
  expect(await bot.ended).toBe(0);
  expect(linesOf(bot.said)).toContainEqual(
    expect.objectContaining({
      level: "warn",
      err: expect.objectContaining({ type: "MaxListenersExceededWarning" }),
    }),
  );
  expect(bot.said.err).toBe("");
});

test("help and version are printed, and nothing is started", async () => {
  for (const { said, ended } of [["--help"], ["start", "--help"]].map((args) => run(args))) {
    expect(await ended).toBe(0);
    expect(said.err).toBe("");
    expect(said.out).toMatch(/^Usage: node src\/main\.ts \[start\] \| --help \| --version\n/);
    expect(said.out).toContain("grants list | show ID");
  }
  const grants = run(["grants", "--help"]);
  expect(await grants.ended).toBe(0);
  expect(grants.said.out).toMatch(/^Usage: node src\/main\.ts grants list \| show ID[^\n]*\n$/);
  const { said, ended } = run(["--version"]);
  expect(await ended).toBe(0);
  expect(said.out).toBe(`${VERSION}\n`);
});

test("who calls by npm is told how npm is called", async () => {
  const told = async (args: string[], npm_lifecycle_event: string) => {
    const { said, ended } = run(args, { env: { npm_lifecycle_event } });
    expect(await ended).toBe(0);
    expect(said.out).not.toContain("src/main.ts");
    return said.out;
  };
  expect(await told(["doctor", "--help"], "doctor")).toBe(
    "Usage: npm run doctor -- [--json] [--canary | --offline]\n       npm run doctor -- --find NAME [--json]\n",
  );
  const all = await told(["--help"], "start");
  expect(all).toMatch(/^Usage: npm start \[-- --help \| --version\]\n/);
  expect(all).toContain("\n       npm run -s audit -- verify FILE");
});

test("what the checks refuse is said with the mend, and it ends with 1", async () => {
  world.slack.people.inviteBot("C0APPROVALS", false);
  const { said, ended } = run([], {
    file: (file) => Object.assign(file.roles.guest, { clusterRole: "nowhere" }),
  });
  expect(await ended).toBe(1);
  world.slack.people.inviteBot("C0APPROVALS", true);
  const refused = (cause: string) =>
    linesOf(said).find((line) => line.level === "error" && line.cause === cause);
  expect(refused("slack channel")).toMatchObject({
    msg: expect.stringContaining("does not start: slack channel: the bot is not in #approvals"),
    fix: expect.stringContaining("/invite @karpor-access"),
  });
  expect(refused("role guest")).toMatchObject({
    msg: expect.stringContaining("ClusterRole nowhere does not exist on the hub"),
    fix: expect.stringContaining("kubectl create"),
  });
  expect(said.err).toBe("");
});

test("an unknown command and an unknown option end with 2 and the usage", async () => {
  for (const { said, ended } of [["stat"], ["start", "--x"]].map((args) => run(args))) {
    expect(await ended).toBe(2);
    expect(said.err).toMatch(/Usage: node src\/main\.ts \[start\]/);
  }
});

test("a known command's mistake ends with 2 and the usage of that command alone", async () => {
  for (const args of [
    ["doctor", "--offline", "--canary"],
    ["audit", "verfy"],
  ]) {
    const { said, ended } = run(args);
    expect(await ended).toBe(2);
    expect(said.err).toContain(`\nUsage: node src/main.ts ${args[0]} `);
    expect(said.err.match(/node src\/main\.ts (?!doctor|audit)/)).toBeNull();
  }
});

test("whose output nobody reads on, as with head, ends without a word", async () => {
  const { child, said, ended } = run(["audit", "export", "--no-names"]);
  child.stdout.destroy();
  expect(await ended).toBe(141);
  expect(said.err).toBe("");
});

test("whose output nothing takes, as a full disk, says so: to verify, that is no word on the trail", async () => {
  const example = new URL("../karpor-access.example.yml", import.meta.url).pathname;
  for (const [args, code] of [
    [["policy", "check", example], 2],
    [["--help"], 1],
  ] as const) {
    const stdio = ["ignore", openSync("/dev/full", "w"), "pipe"] as const;
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: [...stdio], env: FOR_PROGRAMS });
    const ended = once(child, "close");
    const err = await text(child.stderr as Readable);
    expect([(await ended)[0], err]).toEqual([code, "What it says cannot be written (ENOSPC).\n"]);
  }
});

test("doctor ends with 0, or with 1 and the failure; no colour where no terminal is", async () => {
  const [well, ill, found] = [
    run(["doctor"]),
    run(["doctor", "--json"], { env: { SLACK_APP_TOKEN: "xapp-wrong" } }),
    run(["doctor", "--find", "BO"]),
  ];
  const unasked = run(["doctor", "--find", "BO"], { env: { SLACK_BOT_TOKEN: "xoxb-wrong" } });
  expect(await well.ended).toBe(0);
  expect(well.said.out).toMatch(/\n {2}ok {4}rbac +on\n/);
  expect(well.said.out).toMatch(/\n {2}warn {2}anonymous reads .*\n +→ npm run setup -- --close-anonymous/);
  expect(well.said.out).toMatch(/ 0 failures\. Ready\./);
  expect(well.said.out).not.toContain("\u001b");
  expect(await ill.ended).toBe(1);
  expect(JSON.parse(ill.said.out)).toMatchObject({ ok: false });
  expect(await found.ended).toBe(0);
  expect(found.said.out).toMatch(/^U0BOB +person +@bob +Bob$/m);
  expect(await unasked.ended).toBe(1);
  expect(unasked.said.err).toBe(
    "Slack does not take the bot's token (invalid_auth). Copy the Bot User OAuth Token again into SLACK_BOT_TOKEN; is the app still installed?\n",
  );
});

test("doctor --offline judges the configuration alone, and needs no secret, no Slack, no Redis and no hub", async () => {
  const env = {
    ...{ SLACK_BOT_TOKEN: "", SLACK_APP_TOKEN: "", SLACK_API_URL: "http://127.0.0.1:1/" },
    REDIS_URL: "redis://127.0.0.1:1",
  };
  const offline = async (change: ConfigChange, ...more: string[]) => {
    const { said, ended } = run(["doctor", "--offline", ...more], {
      ...change,
      env: { ...env, ...change.env },
    });
    return { code: await ended, out: said.out };
  };
  const well = await offline({ file: (file) => Object.assign(file.hub, { kubeconfig: "nowhere" }) });
  expect(well.code).toBe(0);
  expect(well.out).toMatch(/ {2}ok {4}offline +neither Slack nor Redis nor the hub was asked\n/);
  expect(well.out).toMatch(/ 0 failures\./);
  const mistakes = async (change: ConfigChange) => {
    const { code, out } = await offline(change, "--json");
    expect(code).toBe(1);
    return findingsOf({ said: out }).filter(({ level }) => level === "fail");
  };
  const malformed = { env: { REDIS_URL: "localhost" }, file: (file: File) => delete file.instance };
  expect((await mistakes(malformed)).map(({ message }) => message)).toEqual([
    expect.stringMatching(/^REDIS_URL: must look like/),
    "instance: is missing",
  ]);
  const rules = ["first", "second"].map((name) => ({ name, when: { role: ["guest"] }, then: "deny" }));
  expect(await mistakes({ file: (file) => Object.assign(file, { rules }) })).toMatchObject([
    { check: "rule second", message: "can never match: first always does before it" },
  ]);
});

test("serves health, says what holds back new grants, and stops on SIGTERM", async () => {
  const bot = run([]);
  const get = async (port: number, path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: answer.status, body: await answer.text() };
  };
  const port = await ready(bot);
  expect(bot.said.out).toContain(`"version":"${VERSION}","port":${port},`);
  expect(await get(port, "/livez")).toEqual({ status: 200, body: "ok" });
  expect(await get(port, "/readyz")).toEqual({ status: 200, body: '{"ready":true,"connections":1}' });
  expect(await get(port, "/status")).toEqual({
    status: 200,
    body: '{"ok":true,"instance":"test","causes":[],"notices":[]}',
  });
  expect((await get(port, "/slack/events")).status).toBe(404);
  bot.child.kill("SIGTERM");
  expect(await bot.ended).toBe(0);
  expect(bot.said.out).toMatch(/"msg":"stopped"/);
});

test("Socket Mode that Slack refuses is no reason to end, at the start or later", async () => {
  world.slack.failNext("apps.connections.open", "account_inactive", 2);
  const bot = run([]);
  await world.until(async () => /"msg":"started, and not ready yet"/.test(bot.said.out), 60_000);
  const port = Number(/"port":(\d+)/.exec(bot.said.out)?.[1]);
  const isReady = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  await world.until(isReady);
  expect(bot.said.out).toMatch(/"level":"error".*Slack refuses Socket Mode \(account_inactive\)/);
  world.slack.failNext("apps.connections.open", "invalid_auth", 2);
  world.slack.socket.drop();
  await world.until(async () => !(await isReady()));
  await world.until(isReady);
  bot.child.kill("SIGTERM");
  expect(await bot.ended).toBe(0);
});

test.each([
  ["SIGTERM", "Nothing changed: Slack does not say who may do this. Try again in a minute.", "guest"],
  ["SIGKILL", "Slack asks to wait: this goes on by itself in about 1 min.", "long"],
] as const)(
  "%s while an approver's click waits for Slack: the last that they hear is %j, and it is pressed again",
  async (signal, last, role) => {
    const { slack } = world;
    const card = (words: string) =>
      slack.waitFor(() => slack.messages(APPROVALS).findLast((one) => visibleText(one).includes(words)));
    const heard = () => slack.ephemerals(ALICE).map(({ text }) => text);
    const bot = run([]);
    await ready(bot);
    await slack.command(BOB, GENERAL, `${role} 1h to see ${signal}`);
    const asked = await card(signal);
    const buttons = buttonsOf(asked);
    await world.commands.del(world.keys.memory(`person:${ALICE}`), world.keys.memory("groups"));
    slack.failNext("users.info", { retryAfter: 6 }, 99);
    await slack.click(ALICE, asked, "approve");
    await slack.waitFor(() => heard().at(-1)?.startsWith("Slack asks to wait:"));
    bot.child.kill(signal);
    await bot.ended;
    slack.clearFailures();
    expect(heard().at(-1)).toBe(last);
    expect(buttonsOf(asked)).toEqual(buttons);
    const next = run([]);
    await ready(next);
    await slack.click(ALICE, asked, "approve");
    await slack.waitFor(() => visibleText(asked).includes("Active until"));
    next.child.kill("SIGTERM");
    expect(await next.ended).toBe(0);
  },
);

test("stops in its time although Redis answers nothing any more", async () => {
  const config = loadConfig(world.env);
  const app = await startApp(
    config,
    { clock: world.clock, log: createLog("error", silent) },
    { stopWithin: 200 },
  );
  world.redis.pause();
  const began = performance.now();
  await app.stop().finally(() => world.redis.resume());
  expect(performance.now() - began).toBeLessThan(5_000);
});
