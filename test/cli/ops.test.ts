/** The health pages, the metrics, and the command line itself. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kubeconfig } from "../../sandbox/hub/bot-account.ts";
import { runCommandLine } from "../../src/main.ts";
import { createLog } from "../../src/ops/log.ts";
import { VERSION } from "../../src/version.ts";
import { eventually } from "../helpers/eventually.ts";
import { BOB } from "../helpers/people.ts";
import { sceneOf } from "../helpers/scene.ts";
import { APP, type Running, startReplica, startWorld, type World } from "../helpers/world.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

let world: World;
let running: Running;

beforeAll(async () => {
  world = await startWorld();
  Object.assign(world.env, { METRICS_PORT: "0" });
  running = await startReplica(world);
});
afterAll(() => world.close());

async function get(path: string, port: number | null = running.port) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}

const metric = async (name: string) => {
  const { text } = await get("/metrics", running.metricsPort);
  return text
    .split("\n")
    .find((line) => line.startsWith(`karpor_access_${name} `))
    ?.split(" ")[1];
};

test("a replica lives and is ready; its public port says little", async () => {
  expect(await get("/livez")).toMatchObject({ status: 200, text: "ok\n" });
  expect(await get("/readyz")).toMatchObject({ status: 200 });
  expect(JSON.parse((await get("/status")).text)).toEqual({ ok: true, instance: "test" });
  expect((await get("/metrics")).status).toBe(404);
});

test("metrics are for this machine alone, unless METRICS_HOST says otherwise", async () => {
  const elsewhere = (port: number | null) => fetch(`http://127.0.0.2:${port}/metrics`);
  await expect(elsewhere(running.metricsPort)).rejects.toThrow("fetch failed");
  const open = await startReplica({
    ...world,
    env: Object.assign({ ...world.env }, { METRICS_HOST: "0.0.0.0" }),
  });
  expect((await elsewhere(open.metricsPort)).status).toBe(200);
  world.bots.splice(world.bots.indexOf(open), 1);
  await open.stop();
  world.slack.deliverTo(`http://127.0.0.1:${running.port}/slack/events`);
});

test("status and metrics tell what waits, what is granted and what is overdue", async () => {
  const scene = sceneOf(world);
  await scene.get("guest 1h", "to be counted");
  await scene.ask("guest 1h", "to wait", "U0MEI");
  const { status, text } = await get("/status", running.metricsPort);
  expect([status, JSON.parse(text)]).toMatchObject([
    200,
    { ok: true, version: VERSION, away: {}, failing: [], waiting: 1, granted: 1 },
  ]);
  expect(await metric('requests{state="active"}')).toBe("1");
  expect(await metric('requests{state="waiting"}')).toBe("1");
  expect(await metric("unconfirmed_end_age_seconds")).toBe("0");
  expect(await metric(`build_info{version="${VERSION}"}`)).toBe("1");
  expect(Number(await metric("sweep_age_seconds"))).toBeLessThan(60);
  await scene.say(BOB, "end");
});

test("a process says its port, in Socket Mode too, and serves until SIGTERM, which npm may send twice", async () => {
  const env = { ...process.env, ...world.env, SLACK_APP_TOKEN: APP.appToken };
  const child = spawn(process.execPath, [MAIN], { env });
  const lines: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => void lines.push(chunk.toString()));
  await eventually(async () => lines.join("").includes("serves production"));
  const started = lines
    .join("")
    .split("\n")
    .find((line) => line.includes("serves production"));
  expect((await get("/livez", JSON.parse(started ?? "").port)).status).toBe(200);
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
});

test("a start is refused by a bad configuration, a taken port, and records of another hub", async () => {
  expect((await run(["start"], { KARPOR_ACCESS_CONFIG: "nowhere.yml" })).code).toBe(1);
  expect((await run(["start"], { ...world.env, PORT: String(running.port) })).code).toBe(1);
  await world.commands.set("{karpor-access:test}:owner", "another");
  expect((await run(["start"], world.env)).code).toBe(1);
  const owner = { hub: "production", key: world.signer.fingerprint };
  await world.commands.set("{karpor-access:test}:owner", JSON.stringify(owner));
  await world.commands.replicaof("127.0.0.1", "1");
  expect((await run(["start"], world.env)).code).toBe(1);
  await world.commands.replicaof("NO", "ONE");
});

test("the log says what doctor says: a refused password, a Redis without TLS, a refused token", async () => {
  const { url } = world.redis;
  const file = join(world.folder, "hub.kubeconfig");
  const usual = readFileSync(file, "utf8");
  writeFileSync(file, kubeconfig(world.hub, "from-before-an-upgrade"));
  const logs = await Promise.all([
    logUntil("Redis", { REDIS_URL: url.replace("//", "//nobody:wrong@") }),
    logUntil("Redis", { REDIS_URL: url.replace("redis:", "rediss:") }),
    logUntil("hub", {}),
  ]);
  writeFileSync(file, usual);
  expect(logs).toEqual([
    expect.stringMatching(/^Redis refuses the password; correct it in REDIS_URL/),
    expect.stringMatching(/^Redis does not answer by TLS; where it has none, begin REDIS_URL with redis:/),
    expect.stringMatching(/^The hub refuses the bot's token: Karpor was upgraded, or it ran out/),
  ]);
});

test("a Redis that became a read-only replica while the bot runs is named in the log", async () => {
  const before = running.lines.length;
  await world.commands.replicaof("127.0.0.1", "1");
  const isTold = () =>
    running.lines
      .slice(before)
      .some(({ msg }) => msg.startsWith("Redis is a read-only replica; give REDIS_URL"));
  await eventually(async () => {
    await world.sweep();
    return isTold();
  });
  await world.commands.replicaof("NO", "ONE");
  await world.sweep();
});

/** The first warning about this from a bot of its own, in words. */
async function logUntil(outside: string, change: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [MAIN], { env: { ...process.env, ...world.env, ...change } });
  try {
    for await (const line of createInterface(child.stdout)) {
      const { level, msg } = JSON.parse(line);
      if (level === "warn" && msg.includes(outside)) return msg;
    }
    return "nothing";
  } finally {
    child.kill("SIGKILL");
  }
}

test("what is away is told with its beginning, and what Redis knows is left out meanwhile", async () => {
  await world.localHub.down();
  await world.sweep();
  const { status, text } = await get("/status", running.metricsPort);
  expect([status, JSON.parse(text)]).toMatchObject([
    503,
    { ok: false, away: { hub: expect.stringMatching(/Z$/) } },
  ]);
  expect((await get("/readyz")).status).toBe(200);
  world.clock.jump(60_000);
  expect(Number(await metric('away_seconds{outside="hub"}'))).toBeGreaterThanOrEqual(60);
  await world.localHub.up();
  await world.sweep();
  expect(await metric('away_seconds{outside="hub"}')).toBe("0");
  world.commands.disconnect();
  await world.redis.stop();
  expect(await eventually(async () => (await metric("unreviewed_emergencies")) === undefined)).toBe(true);
  expect(await metric("ready")).toBe("1");
});

async function run(args: string[], variables: NodeJS.ProcessEnv = {}) {
  const [said, complained]: [string[], string[]] = [[], []];
  const means = {
    ...{ variables, clock: world.clock, log: createLog("error"), colour: false, confirm: async () => true },
    say: (line: string) => void said.push(line),
  };
  const code = await runCommandLine(args, means, (line) => void complained.push(line));
  return { code, said: said.join("\n"), complained: complained.join("\n") };
}

test("the command line tells how it is called, and exits with 2 where it was not", async () => {
  expect(await run(["--version"])).toEqual({ code: 0, said: VERSION, complained: "" });
  expect((await run(["--help"])).said).toContain("lock down");
  expect((await run(["grants", "--help"])).said).toContain("node src/main.ts grants end ID…");
  expect((await run(["grants", "--help"], { npm_lifecycle_event: "grants" })).said).toContain(
    "npm run grants -- end ID…",
  );
  expect(await run(["nothing"])).toMatchObject({
    code: 2,
    complained: expect.stringContaining("There is no command nothing"),
  });
  expect(await run(["grants", "list", "--all"])).toMatchObject({
    code: 2,
    complained: expect.stringContaining("Usage: "),
  });
  expect(await run(["start", "now"])).toMatchObject({ code: 2 });
});

test("a mistake in the configuration is listed", async () => {
  const { code, complained } = await run(["grants", "list"], { KARPOR_ACCESS_CONFIG: "nowhere.yml" });
  expect([code, complained]).toEqual([
    1,
    expect.stringMatching(/has mistakes:\n {2}.*nowhere.yml: does not exist/),
  ]);
});
