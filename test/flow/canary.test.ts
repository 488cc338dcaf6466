/** The canary of the running bot: one replica at a time, told in /status and metrics, nobody's grant, and nothing left of it. */
import { afterEach, describe, expect, test } from "vitest";
import { type JumpClock, jumpClock } from "../../sandbox/clock.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { canaryRequest } from "../../src/domain/canary.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { createHubClient } from "../../src/hub/client/client.ts";
import { createGrants } from "../../src/hub/grants/grants.ts";
import { canaryInstance } from "../../src/hub/grants/whose.ts";
import { parseKubeconfig } from "../../src/hub/kubeconfig/kubeconfig.ts";
import { startBot, startWorld, type World } from "../helpers/bot.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../helpers/bot-account.ts";
import { changeFile } from "../helpers/config-file.ts";
import { needs } from "../helpers/needs.ts";
import { swept } from "../helpers/swept.ts";

type Bot = Awaited<ReturnType<typeof startBot>>;
const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function open(start: (clock: JumpClock) => Promise<TestHub | undefined> = async () => undefined) {
  const clock = jumpClock();
  const hub = await start(clock);
  if (hub) opened.push(() => hub.stop());
  const world = await startWorld({ transport: "socket", clock, ...(hub && { hub }) });
  opened.push(() => world.close());
  changeFile(world, { canary: "1h" });
  return world;
}

async function run(world: World): Promise<Bot> {
  const bot = await startBot(world);
  opened.push(() => bot.stop());
  return bot;
}

interface Shown {
  ok: boolean;
  at: string;
  seconds: Record<string, number>;
  failed?: string;
}
const shown = async (bot: Bot) =>
  (await bot.status()).body as { canary?: Shown; notices: { cause: string }[] };
/** The first after `since`. */
const flown = async (world: World, bot: Bot, since = ""): Promise<Shown> => {
  let last: Shown | undefined;
  await world.until(async () => {
    last = (await shown(bot)).canary;
    return last !== undefined && last.at > since;
  }, 40_000);
  if (!last) throw new Error("no canary");
  return last;
};
const standing = async (world: World) => {
  const { serviceAccounts, clusterRoleBindings } = await world.hub.objects();
  const names = [...serviceAccounts, ...clusterRoleBindings].map(({ metadata }) => metadata.name);
  return names.filter((name) => /^karpor-access-.*-r-/.test(name));
};
/** What is made and taken away on the local hub. */
function calls({ localHub }: World) {
  const seen = { made: 0, gone: 0 };
  localHub?.meddle({
    before: async ({ method, path }) => {
      if (method === "POST" && path.endsWith("/clusterrolebindings")) seen.made += 1;
      if (method === "DELETE" && path.includes("/serviceaccounts/")) seen.gone += 1;
      return undefined;
    },
    after: async () => true,
  });
  return seen;
}

/** Lets the time pass for which a hub trusts what it has seen. */
async function outlast(world: World, seen: { gone: number }, before: number): Promise<void> {
  await world.until(async () => seen.gone > before);
  world.clock.jump(11_000);
}

const metrics = async ({ app }: Bot) => (await fetch(`http://127.0.0.1:${app.port}/metrics`)).text();

async function goesWell(world: World, bot: Bot) {
  const one = await flown(world, bot);
  expect(one).toMatchObject({ ok: true });
  expect(Object.keys(one.seconds)).toEqual(["mint", "use", "end", "refused"]);
  expect(await standing(world)).toEqual([]);
  const text = await metrics(bot);
  expect(text).toContain("karpor_access_canary_ok 1");
  expect(text).toMatch(/karpor_access_canary_step_seconds\{step="refused"\} \d/);
  expect(text).toContain("karpor_access_canary_interval_seconds 3600");
  // It is no grant of anybody's, and nobody is alarmed.
  expect(await world.records()).toEqual([]);
  await swept(world);
  expect(bot.lines.filter(({ level, msg }) => level === "error" || /foreign/.test(msg))).toEqual([]);
}

needs(envtestAvailable(), envtestAdvice)("on a real API server", () => {
  test("it is made, used, ended and refused", async () => {
    const world = await open(startEnvtest);
    await goesWell(world, await run(world));
  }, 120_000);
});

describe("on the local hub", () => {
  test("it flies once an hour, on one replica, and another's is known to all", async () => {
    const world = await open();
    const seen = calls(world);
    const [one, two] = await Promise.all([run(world), run(world)]);
    await outlast(world, seen, 0);
    await goesWell(world, one);
    world.clock.jump(MINUTE);
    const first = await flown(world, two);
    expect(first).toEqual((await shown(one)).canary);
    expect(seen.made).toBe(1);
    const before = seen.gone;
    world.clock.jump(HOUR);
    await outlast(world, seen, before);
    expect((await flown(world, one, first.at)).ok).toBe(true);
    expect(seen.made).toBe(2);
  });

  test("what a crash left is taken away by the next, and no sweep reports it meanwhile", async () => {
    const world = await open();
    const client = createHubClient(parseKubeconfig(await botKubeconfig(world.hub)));
    opened.push(() => client.close());
    const left = createGrants({
      ...{ client, instance: canaryInstance("test"), namespace: GRANTS_NAMESPACE, clock: world.clock },
    });
    const roles = { guest: { clusterRole: "karpor-guest" } };
    const request = canaryRequest(
      { roles, digest: "" } as never,
      Buffer.alloc(5),
      world.clock.now(),
      "canary",
    );
    await left.create(request, AbortSignal.timeout(5_000));
    expect(await standing(world)).toHaveLength(2);
    const seen = calls(world);
    const bot = await run(world);
    await swept(world);
    // The one that was left, and its own.
    await outlast(world, seen, 1);
    await goesWell(world, bot);
  });

  test("one that fails is said, leaves nothing, and is tried again after five minutes", async () => {
    const world = await open();
    world.localHub?.failNext(1, 503, (method, path) => method === "POST" && path.endsWith("/token"));
    const bot = await run(world);
    const failed = await flown(world, bot);
    expect(failed).toMatchObject({ ok: false, failed: expect.stringContaining("503") });
    expect(await standing(world)).toEqual([]);
    expect(await metrics(bot)).toContain("karpor_access_canary_ok 0");
    await world.until(async () => (await shown(bot)).notices.some(({ cause }) => cause === "canary"));
    expect(bot.lines.filter(({ level }) => level === "error")).toMatchObject([{ cause: "canary" }]);
    const seen = calls(world);
    world.clock.jump(5 * MINUTE + 30_000);
    await outlast(world, seen, 0);
    expect((await flown(world, bot, failed.at)).ok).toBe(true);
    await world.until(async () => (await shown(bot)).notices.length === 0);
  });
});
