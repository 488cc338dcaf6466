/** Two bots side by side, on one hub and one Redis or on two hubs in one workspace: neither takes anything from the other. */

import { setTimeout as delay } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type JumpClock, jumpClock } from "../sandbox/clock.ts";
import { hubClient } from "../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../sandbox/hub/envtest.ts";
import { startLocalHub } from "../sandbox/hub/index.ts";
import type { LocalHub } from "../sandbox/hub/options.ts";
import type { TestHub } from "../sandbox/hub/types.ts";
import { visibleText } from "../sandbox/slack/index.ts";
import { StartRefused } from "../src/app.ts";
import { grants } from "../src/cli/grants/index.ts";
import { grantsOptions } from "../src/cli/grants/options.ts";
import { loadForHub } from "../src/config.ts";
import { HOUR, SECOND } from "../src/domain/duration.ts";
import { ENDS_WATCH_TIMES } from "../src/flow/watch/watch-ends.ts";
import { ALICE, BOB, type BotOptions, CAROL, startBot, startWorld, type World } from "./helpers/bot.ts";
import { findingsOf, runDoctor } from "./helpers/doctor.ts";
import { login } from "./helpers/login.ts";
import { scene, tokenIn } from "./helpers/scene.ts";
import { configure, setUp } from "./helpers/set-up.ts";
import { swept } from "./helpers/swept.ts";

type Hub = { name: string; start(clock: JumpClock): Promise<TestHub> };
const hubs: Hub[] = [{ name: "the local hub", start: (clock) => startLocalHub({ clock }) }];
if (envtestAvailable()) hubs.push({ name: "a real API server", start: (clock) => startEnvtest(clock) });
else test.skip(`on a real API server ${envtestAdvice}`);

type Bot = Awaited<ReturnType<typeof startBot>>;
let clock: JumpClock;
let opened: AsyncDisposableStack;
let running: Map<World, Bot>;
beforeEach(() => {
  opened = new AsyncDisposableStack();
  running = new Map();
});
afterEach(async () => {
  for (const bot of running.values()) await bot.stop();
  await opened.disposeAsync();
});

const world = async (options: BotOptions) => opened.use(await startWorld({ clock, setUp: true, ...options }));
async function start(at: World): Promise<Bot> {
  const bot = await startBot(at, { ends: { ...ENDS_WATCH_TIMES, everyMs: SECOND } });
  running.set(at, bot);
  return bot;
}
async function stop(at: World): Promise<void> {
  const bot = running.get(at);
  running.delete(at);
  await bot?.stop();
}

/** Production and staging, each set up and named to the other. */
async function startBoth(hub: TestHub, theirs = hub) {
  const production = await world({ hub, instance: "production" });
  const staging = await world({ hub: theirs, beside: production, instance: "staging" });
  for (const [one, other] of [[production, "staging"] as const, [staging, "production"] as const]) {
    if (hub === theirs) configure(one, (file) => Object.assign(file.hub, { instances: [other] }));
    await setUp(one);
  }
  return { production, staging, bots: [await start(production), await start(staging)] as const };
}

/** In this process, by the tests' clock. */
async function operate(at: World, ...args: string[]) {
  const lines: string[] = [];
  const good = await grants(loadForHub(at.env), grantsOptions(args), {
    ...{ clock, log: pino({ level: "silent" }), times: { callMs: 5_000 } },
    say: (line) => lines.push(line),
    user: () => "nightshift",
  });
  return { good, says: lines.join("\n") };
}

const granted = async (at: World, reason: string, user = BOB) => {
  const token = tokenIn(await scene(at).get("guest 2h", reason, user));
  const id = (await at.records()).find((r) => r.reason === reason)?.id ?? "";
  return { id, token };
};
/** A bare API server has no dashboard behind its login. */
const isRefused = async ({ hub }: World, token: string) => [401, 403].includes(await login(hub, token));
const alarms = ({ slack }: World) =>
  slack
    .dm(ALICE)
    .map(visibleText)
    .filter((text) => text.includes("Not made by the bot"));
const accounts = async (hub: TestHub, namespace: string) =>
  (await hub.objects()).serviceAccounts
    .filter(({ metadata }) => metadata.namespace === namespace && /-r-/.test(metadata.name))
    .map(({ metadata }) => metadata.name);
const bindings = async (hub: TestHub) =>
  (await hub.objects()).clusterRoleBindings.filter(({ metadata }) => /-r-/.test(metadata.name)).length;

/** Jumps over the time that proofs take, as soon as nothing of this bot's stands. */
async function proven<T>(at: World, ending: Promise<T>): Promise<T> {
  await at.until(async () => (await at.records()).every((r) => r.state !== "active"));
  await at.until(async () => (await at.records()).every((r) => r.state !== "ending" || "deletedAt" in r));
  await at.jump(11 * SECOND);
  const isOver = async () => (await at.records()).every(({ state }) => state !== "ending");
  await at.until(isOver, 2_000).catch(() => at.jump(3 * SECOND));
  return ending;
}

const refusal = (at: World) =>
  start(at).then(
    () => "",
    (error: unknown) => {
      if (error instanceof StartRefused) return error.message;
      throw error;
    },
  );
const failures = async (at: World) => findingsOf(await runDoctor(at)).filter(({ level }) => level === "fail");

describe.each(hubs)("on one Redis and one hub, $name", ({ start: startHub }) => {
  let hub: TestHub;
  beforeAll(async () => {
    clock = jumpClock();
    hub = await startHub(clock);
  }, 90_000);
  afterAll(() => hub.stop());
  /** As if nobody had ever been here: what the last ones remembered on the hub is gone with them. */
  beforeEach(async () => {
    const admin = hubClient(hub, hub.admin);
    const rbac = "/apis/rbac.authorization.k8s.io/v1";
    const { serviceAccounts, clusterRoleBindings } = await hub.objects();
    for (const { metadata } of clusterRoleBindings)
      if (/^karpor-access/.test(metadata.name))
        await admin("DELETE", `${rbac}/clusterrolebindings/${metadata.name}`);
    for (const { metadata } of serviceAccounts)
      if (/^karpor-access/.test(metadata.namespace ?? ""))
        await admin("DELETE", `/api/v1/namespaces/${metadata.namespace}/serviceaccounts/${metadata.name}`);
    await admin.close();
  });

  test("each grants, ends and locks down its own alone, and doctor of both is content", async () => {
    const { production, staging, bots } = await startBoth(hub);
    const ours = await granted(production, "to look");
    const theirs = await granted(staging, "to try");
    expect(await accounts(hub, "karpor-access-production")).toHaveLength(1);
    expect(await accounts(hub, "karpor-access-staging")).toHaveLength(1);
    for (const at of [production, staging]) await swept(at);
    for (const [i, at] of [production, staging].entries()) {
      expect(alarms(at)).toEqual([]);
      expect(bots[i]?.lines.filter(({ foreign }) => foreign)).toEqual([]);
      expect(await failures(at)).toEqual([]);
      expect(bots[i]?.trail().map(({ id }) => id)).not.toContain([theirs, ours][i]?.id);
    }
    expect(findingsOf(await runDoctor(production)).find(({ check }) => check === "hub other bot")).toEqual({
      ...{ check: "hub other bot", level: "ok" },
      message: "staging, with 1 grants in karpor-access-staging",
    });

    const listed = await operate(production, "list");
    expect(listed.says).toContain(ours.id);
    expect(listed.says).not.toContain(theirs.id);
    expect(await operate(production, "end", theirs.id)).toMatchObject({ good: false });
    expect((await proven(staging, operate(staging, "end", "--all", "tidying"))).says).toBe(
      "1 of 1 confirmed ended.",
    );
    expect(await isRefused(staging, theirs.token)).toBe(true);
    expect(await isRefused(production, ours.token)).toBe(false);

    await operate(staging, "lockdown", "a drill");
    await swept(production);
    expect(await isRefused(production, ours.token)).toBe(false);
    const more = await granted(production, "meanwhile", CAROL);
    expect(await isRefused(production, more.token)).toBe(false);
    await scene(staging).say(BOB, "guest 1h please");
    expect(visibleText(await scene(staging).whisper(BOB, "locked"))).toContain("a drill");
  }, 120_000);

  test("until one names the other it tells of its grants, once; then no more", async () => {
    const { production, staging } = await startBoth(hub);
    await stop(production);
    configure(production, (file) => delete file.hub.instances);
    await start(production);
    await granted(staging, "first");
    const told = () => production.until(() => swept(production).then(() => alarms(production).length > 0));
    await told();
    expect(alarms(production)[0]).toContain(
      "grants of another bot: instance `staging`, in `karpor-access-staging`",
    );
    await granted(staging, "second", CAROL);
    await swept(production);
    expect(alarms(production)).toHaveLength(1);
    const found = findingsOf(await runDoctor(production)).find(
      ({ check }) => check === "hub other namespace",
    );
    expect(found).toMatchObject({
      level: "warn",
      fix: expect.stringContaining("`hub.instances: [staging]`"),
    });

    await stop(production);
    await production.commands.del(...(await production.commands.keys("*:told:*")));
    configure(production, (file) => Object.assign(file.hub, { instances: ["staging"] }));
    const bot = await start(production);
    await swept(production);
    expect(alarms(production)).toHaveLength(1);
    expect(bot.lines.filter(({ foreign }) => foreign)).toEqual([]);
  }, 120_000);

  test("Redis lost everything, and then is away: each takes over its own, and ends them on time, and no others", async () => {
    const { production, staging } = await startBoth(hub);
    const ours = await granted(production, "kept");
    const theirs = await granted(staging, "kept too");
    await production.commands.flushall();
    for (const at of [production, staging]) {
      await at.until(async () => {
        await swept(at);
        return (await at.records()).some(({ state }) => state === "active");
      });
      const [record, ...more] = await at.records();
      expect(more).toEqual([]);
      expect(record?.id).toBe(at === production ? ours.id : theirs.id);
    }
    expect(await bindings(hub)).toBe(2);

    await stop(staging);
    production.redis.pause();
    try {
      clock.jump(3 * HOUR);
      await production.until(
        async () => (await accounts(hub, "karpor-access-production")).length === 0,
        90_000,
      );
      // Nobody else ends what is over, however long it is.
      expect(await accounts(hub, "karpor-access-staging")).toHaveLength(1);
      expect(await bindings(hub)).toBe(1);
    } finally {
      production.redis.resume();
    }
    await start(staging);
    await staging.until(async () => (await bindings(hub)) === 0);
  }, 180_000);

  test("by another name, or in another namespace, a bot is refused while its grants live", async () => {
    const { production } = await startBoth(hub);
    await granted(production, "alive");
    await stop(production);
    const standing = await hub.objects();

    configure(production, (file) => Object.assign(file, { instance: "renamed" }));
    expect(await refusal(production)).toContain(
      "the bot's kubeconfig is that of instance production, whose grants stand in karpor-access-production",
    );
    expect(await failures(production)).toContainEqual(
      expect.objectContaining({
        check: "hub instance",
        fix: expect.stringMatching(
          /put `instance: production` and .* back .*docs\/operations\.md, Renaming a bot/,
        ),
      }),
    );
    await expect(setUp(production)).rejects.toThrow(/the bot of instance production: it is not replaced/);

    configure(production, (file) => Object.assign(file.hub, { namespace: "karpor-access-production" }));
    expect(await refusal(production)).toContain("the bot's kubeconfig is that of instance production");
    await expect(setUp(production)).rejects.toThrow(
      /What setup made for instance production stands in namespace karpor-access-production/,
    );

    configure(production, (file) => {
      Object.assign(file, { instance: "production" });
      Object.assign(file.hub, { namespace: "elsewhere" });
    });
    expect(await refusal(production)).toMatch(
      /1 grants of instance production stand in karpor-access-production, where the bot does not look/,
    );
    await expect(setUp(production)).rejects.toThrow(
      /1 grants of instance production stand in namespace karpor-access-production, .*put `hub\.namespace: karpor-access-production` back/,
    );
    expect(await hub.objects()).toEqual(standing);

    configure(production, (file) => delete file.hub.namespace);
    await start(production);
    expect(await bindings(hub)).toBe(1);
  }, 120_000);
});

describe("on two hubs, in one workspace and one Redis", () => {
  async function twoHubs() {
    clock = jumpClock();
    const hubs = [await startLocalHub({ clock }), await startLocalHub({ clock })] as const;
    for (const one of hubs) opened.defer(() => one.stop());
    return hubs;
  }

  /** It runs, and somebody holds a token of it. */
  async function aliveOn(hub: LocalHub) {
    const first = await world({ hub, instance: "production" });
    await setUp(first);
    await start(first);
    return { first, ...(await granted(first, "alive")) };
  }

  test("of one name, the second is refused, whatever is granted; a bot that changed its app is not, once it is told", async () => {
    const [hub, other] = await twoHubs();
    const { first, token } = await aliveOn(hub);
    const second = await world({ hub: other, beside: first, instance: "production" });
    await setUp(second);
    expect(await refusal(second)).toMatch(/^redis instance: .* another Slack app's \(its bot is B0KARPORBOT/);
    const [failure, ...more] = await failures(second);
    expect(more).toEqual([]);
    expect(failure?.fix).toMatch(
      /^Another bot: give it another `instance`\..* redis-cli set '\{karpor-access:production\}:app' B0PRODUCTION$/,
    );
    expect(await failures(first)).toEqual([]);
    expect(await isRefused(first, token)).toBe(false);
    expect((await first.records()).map(({ state }) => state)).toEqual(["active"]);

    await first.commands.set("{karpor-access:production}:app", "B0PRODUCTION");
    expect(await failures(second)).toEqual([]);
  }, 120_000);

  test("of one name, the second lets the first one's records be while Slack does not say who it is, and stops when it does", async () => {
    const [hub, other] = await twoHubs();
    const { first, token } = await aliveOn(hub);
    await stop(first);
    const second = await world({ hub: other, beside: first, instance: "production" });
    await setUp(second);
    second.slack.failNext("auth.test", "invalid_auth", Number.POSITIVE_INFINITY);
    const bot = await start(second);
    expect(await bot.held()).toEqual(expect.arrayContaining(["slack token", "redis owner"]));
    const states = async () => (await first.records()).map(({ state }) => state);
    for (let seconds = 0; seconds < 30; seconds++) {
      await second.jump(SECOND);
      await delay(50);
      expect(await states()).toEqual(["active"]);
    }
    second.slack.clearFailures();
    const timer = setInterval(() => void second.jump(SECOND), 50);
    const why = await bot.app.refused.finally(() => clearInterval(timer));
    expect(why.message).toMatch(/^redis instance: .* another Slack app's/);
    await start(first);
    await swept(first);
    expect(await states()).toEqual(["active"]);
    expect(await isRefused(first, token)).toBe(false);
  }, 120_000);

  test("each asks, grants and ends on its own hub, also while the other's is away", async () => {
    const [hub, other] = await twoHubs();
    const { production, staging } = await startBoth(hub, other);
    const ours = await granted(production, "in production");
    await hub.down();
    const theirs = await granted(staging, "in staging");
    expect(await bindings(other)).toBe(1);
    await staging.slack.click(BOB, await scene(staging).dm(BOB, "End now"), "End now", { confirm: true });
    await scene(staging).proveEnd();
    expect(await isRefused(staging, theirs.token)).toBe(true);
    expect(await bindings(other)).toBe(0);
    await hub.up();
    expect(await bindings(hub)).toBe(1);
    expect(await isRefused(production, ours.token)).toBe(false);
    // The token of one hub is nothing on the other.
    expect(await login(other, ours.token)).toBe(401);
    expect((await production.records()).map(({ reason }) => reason)).toEqual(["in production"]);
    expect((await staging.records()).map(({ reason }) => reason)).toEqual(["in staging"]);
    for (const at of [production, staging]) expect(await failures(at)).toEqual([]);
  }, 120_000);
});
