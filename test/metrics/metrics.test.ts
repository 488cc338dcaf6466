/** What Prometheus reads of a bot: through the port it scrapes, after a short story. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { BOB, CAROL, catalog, startBot, startWorld } from "../helpers/bot.ts";
import { hubTells, letHubTell } from "../helpers/hub-tells.ts";
import { idleScene } from "../helpers/idle-scene.ts";
import { members } from "../helpers/people.ts";
import { scene } from "../helpers/scene.ts";
import { swept } from "../helpers/swept.ts";
import { tellStory } from "./story.ts";

let story: Awaited<ReturnType<typeof tellStory>>;
let text: string;
beforeAll(async () => {
  story = await tellStory();
  // What became due in a jump is done.
  await story.world.until(async () => {
    text = (await story.scrape()).text;
    return sample("job_oldest_seconds", { lane: "timers" }) === 0;
  });
});
afterAll(() => story[Symbol.asyncDispose]());

/** The value of the one line of this name and these labels; undefined where there is none. */
function sample(name: string, labels: Record<string, string> = {}): number | undefined {
  const lines = text.split("\n").filter((line) => line.startsWith(`karpor_access_${name}`));
  const found = lines.filter((line) => {
    const [, own = "", given = ""] = /^([a-z_]+)(?:\{(.*)\})? /.exec(line) ?? [];
    const has = ([label, value]: [string, string]) => given.includes(`${label}="${value}"`);
    return own === `karpor_access_${name}` && Object.entries(labels).every(has);
  });
  return found.length === 1 ? Number(found[0]?.split(" ").at(-1)) : undefined;
}

test.each<[string, Record<string, string>, number]>([
  ["requests_total", { role: "guest" }, 1],
  ["requests_total", { role: "peek" }, 2],
  ["request_outcomes_total", { role: "guest", outcome: "approved" }, 1],
  ["request_outcomes_total", { role: "peek", outcome: "by_policy" }, 2],
  ["ends_total", { role: "guest", cause: "expired" }, 1],
  ["ends_total", { role: "peek", cause: "released" }, 1],
  ["decision_seconds_count", { role: "guest" }, 1],
  ["token_seconds_count", { role: "guest" }, 1],
  ["token_seconds_count", { role: "peek" }, 2],
  ["end_lateness_seconds_count", { role: "guest" }, 1],
  ["live_grants", { role: "peek" }, 1],
  ["live_grants", { role: "guest" }, 0],
  ["waiting_requests", { role: "admin" }, 1],
  ["waiting_requests", { role: "peek" }, 0],
  ["unconfirmed_ends", {}, 0],
  ["unconfirmed_end_age_seconds", {}, 0],
  ["jobs_waiting", { lane: "urgent" }, 0],
  ["job_oldest_seconds", { lane: "timers" }, 0],
  ["evidence_complete", {}, 1],
  ["records_up", {}, 1],
  ["ready", {}, 1],
  ["holding_back", {}, 0],
  ["build_info", { bot: "test", node: process.version }, 1],
])("%s %o is %d", (name, labels, value) => {
  expect(sample(name, labels)).toBe(value);
});

test("each end is confirmed, by a probe or, where its token is slow to be made, by absence", () => {
  const counts = ["probe", "absence"].map((method) => sample("end_confirmed_seconds_count", { method }) ?? 0);
  expect(counts.reduce((sum, one) => sum + one)).toBe(2);
});

test("calls are counted by method and result, of the hub by kind", () => {
  expect(sample("slack_call_seconds_count", { method: "chat.update", result: "ok" })).toBeGreaterThan(0);
  expect(sample("slack_wait_seconds_count", { method: "chat.postMessage" })).toBeGreaterThan(0);
  const hub = (method: string, resource: string, result: string) =>
    sample("hub_call_seconds_count", { method, resource, result });
  expect(hub("POST", "serviceaccounts/token", "201")).toBeGreaterThanOrEqual(5);
  expect(hub("POST", "clusterrolebindings", "201")).toBeGreaterThanOrEqual(3);
  expect(hub("DELETE", "serviceaccounts", "200")).toBeGreaterThanOrEqual(2);
  expect(hub("GET", "authn", "401")).toBeGreaterThan(0);
  expect(text).not.toContain('resource="other"');
});

test("time passes for what is read at the scrape", async () => {
  expect(sample("sweep_age_seconds")).toBeLessThan(30);
  expect(sample("sweep_duration_seconds")).toBeLessThan(30);
  expect(sample("evidence_age_seconds")).toBeLessThan(30);
  expect(sample("credential_remaining_seconds")).toBeGreaterThan(0);
  expect(sample("clock_skew_seconds")).toBe(0);
});

test("it is Prometheus' format, and each help says how replicas are put together", async () => {
  expect((await story.scrape()).type).toBe("text/plain; version=0.0.4; charset=utf-8");
  const helps = text.split("\n").filter((line) => line.startsWith("# HELP "));
  expect(helps.length).toBeGreaterThan(20);
  for (const help of helps)
    expect(help).toMatch(
      /^# HELP karpor_access_\w+ .*(Add up over replicas|take the maximum|Of this replica)/,
    );
});

test("no person's name or id, no request and no token is in it", () => {
  const lines = text.split("\n").filter((line) => !line.startsWith("#"));
  for (const { id, name } of members)
    for (const line of lines) expect(line).not.toMatch(new RegExp(`${id}|"${name}"`, "i"));
  expect(text).not.toMatch(/R-[0-9A-Z]{8}|r-[0-9a-z]{8}|eyJ|xox|U0[A-Z]/);
});

test("without Redis it says so, and nothing that is not known", async () => {
  story.world.redis.pause();
  const { text: now } = await story.scrape().finally(() => story.world.redis.resume());
  expect(now).toContain("karpor_access_records_up 0");
  expect(now).not.toMatch(
    /^karpor_access_(live_grants|unconfirmed_ends|jobs_waiting|sweep_age_seconds|evidence_\w+)\b/m,
  );
  expect(now).toContain("karpor_access_requests_total");
});

test("where Slack may reach the port they stand on none but a port of their own, and so does what holds back grants", async () => {
  await using world = await startWorld();
  Object.assign(world.env, { METRICS_PORT: undefined });
  const bot = await startBot(world);
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${bot.app.port}${path}`);
    return [answer.status, await answer.text()];
  };
  expect(await get("/metrics")).toEqual([404, expect.stringContaining("set METRICS_PORT")]);
  expect(await get("/status")).toEqual([
    200,
    JSON.stringify({
      ok: true,
      instance: "test",
      more: "In Slack's HTTP mode this port may be public: set METRICS_PORT, and ask there.",
    }),
  ]);
  await bot.stop();
});

test("in Socket Mode they stand beside health, where no port of their own is given", async () => {
  await using world = await startWorld({ transport: "socket" });
  const bot = await startBot(world);
  const answer = await fetch(`http://127.0.0.1:${bot.app.port}/metrics`);
  expect([answer.status, await answer.text()]).toEqual([
    200,
    expect.stringContaining("karpor_access_ready 1"),
  ]);
  await bot.stop();
});

test("a role called constructor is counted as any other", async () => {
  await using world = await startWorld({
    transport: "socket",
    roles: { ...catalog, constructor: catalog.guest },
  });
  const bot = await startBot(world);
  const { get } = scene(world);
  await get("constructor 1h", "a name of every object");
  await get("guest 1h", "debugging", CAROL);
  await swept(world);
  const now = await (await fetch(`http://127.0.0.1:${bot.app.port}/metrics`)).text();
  for (const role of ["constructor", "guest"])
    expect(now).toContain(`karpor_access_live_grants{role="${role}"} 1\n`);
  await bot.stop();
});

test("a question that its holder leaves unanswered is no job that nobody has begun", async () => {
  await using world = await startWorld({ transport: "socket" });
  const guest = { ...catalog.guest, idle: { after: "2h", release: true } };
  letHubTell(world, { roles: { ...catalog, guest } });
  const bot = await startBot(world);
  const { heartbeat } = hubTells(world, () => bot);
  const { pass, stands } = idleScene(world, heartbeat);
  await heartbeat();
  await scene(world).get("guest 8h", "not used");
  await pass(2 * HOUR);
  await stands(BOB);
  await pass(4 * MINUTE);
  for (let looks = 0; looks < 10; looks++) {
    await pass(MINUTE / 4);
    const now = await (await fetch(`http://127.0.0.1:${bot.app.port}/metrics`)).text();
    const oldest = /^karpor_access_job_oldest_seconds\{lane="timers"\} (\S+)$/m.exec(now)?.[1];
    expect(Number(oldest)).toBeLessThan(60);
  }
  await bot.stop();
});

test.each(["socket", "http"] as const)("on a port of their own, the other says so: %s", async (transport) => {
  await using world = await startWorld({ transport });
  Object.assign(world.env, { METRICS_PORT: "0" });
  const bot = await startBot(world);
  const answer = await fetch(`http://127.0.0.1:${bot.app.port}/metrics`);
  expect([answer.status, await answer.text()]).toEqual([404, "They are on METRICS_PORT.\n"]);
  await bot.stop();
});
