/** `hub.anonymous: closed`: the administrators hear once that somebody opened reads, and once that they are closed again; /status and metrics say it meanwhile. */
import { afterEach, describe, expect, test } from "vitest";
import { type JumpClock, jumpClock } from "../../sandbox/clock.ts";
import { hubClient } from "../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { MINUTE } from "../../src/domain/duration.ts";
import { setAnonymous } from "../helpers/anonymous.ts";
import { ALICE, startBot, startWorld, type World } from "../helpers/bot.ts";
import { changeFile, readFile } from "../helpers/config-file.ts";
import { findingsOf, runDoctor } from "../helpers/doctor.ts";
import { needs } from "../helpers/needs.ts";

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function open(start?: (clock: JumpClock) => Promise<TestHub>) {
  const clock = jumpClock();
  const hub = await start?.(clock);
  if (hub) opened.push(() => hub.stop());
  const world = await startWorld({ transport: "socket", clock, ...(hub && { hub }) });
  opened.push(() => world.close());
  changeFile(world, { hub: { ...readFile(world).hub, anonymous: "closed" } });
  return world;
}

async function run(world: World) {
  const bot = await startBot(world);
  opened.push(() => bot.stop());
  const notices = async () => ((await bot.status()).body as { notices: { cause: string }[] }).notices;
  const metrics = async () => (await fetch(`http://127.0.0.1:${bot.app.port}/metrics`)).text();
  return {
    ...bot,
    isTold: async () => (await notices()).some(({ cause }) => cause === "hub anonymous reads"),
    gauge: async () => /^karpor_access_reads_open (\d)$/m.exec(await metrics())?.[1] ?? null,
  };
}

const news = (world: World) => world.slack.dm(ALICE).map(visibleText);
/** Time goes on until it holds, and is given its time. */
function inTime(world: World, holds: () => Promise<boolean>) {
  let looked = 0;
  return world.until(async () => {
    if (looked++ % 20 === 0) world.clock.jump(11 * MINUTE);
    return holds();
  }, 30_000);
}

async function openedAndClosed(world: World) {
  const doctor = async () =>
    findingsOf(await runDoctor(world)).find(({ check }) => check === "hub anonymous reads");
  await setAnonymous(world, "--close-anonymous");
  // The local hub's doctor is tried elsewhere.
  if (!world.localHub) expect(await doctor()).toMatchObject({ level: "ok" });
  const [one, two] = [await run(world), await run(world)];
  await inTime(world, async () => (await one.gauge()) === "0" && (await two.gauge()) === "0");
  expect(await one.isTold()).toBe(false);

  await setAnonymous(world, "--open-anonymous");
  await inTime(world, async () => (await one.gauge()) === "1" && (await two.gauge()) === "1");
  await inTime(world, async () => (await one.isTold()) && (await two.isTold()));
  expect((await one.status()).status).toBe(200);
  if (!world.localHub)
    expect(await doctor()).toMatchObject({
      level: "fail",
      fix: expect.stringContaining("--close-anonymous"),
    });
  world.clock.jump(11 * MINUTE);
  await inTime(world, async () => news(world).length > 0);
  expect(news(world)).toEqual([expect.stringMatching(/^\*Open without a token:\* Karpor on production/)]);
  expect(news(world)[0]).toContain("Whoever reaches it reads what a guest reads");
  expect(news(world)[0]).toContain("• `get /rest-api/*`");

  await setAnonymous(world, "--close-anonymous");
  await inTime(world, async () => (await one.gauge()) === "0" && !(await one.isTold()));
  await inTime(world, async () => news(world).length > 1);
  expect(news(world)[1]).toMatch(/^\*Closed again:\* Karpor on production/);
  world.clock.jump(11 * MINUTE);
  await inTime(world, async () => (await two.gauge()) === "0" && !(await two.isTold()));
  expect(news(world)).toHaveLength(2);
  const said = one.lines.filter(({ msg }) => msg.includes("hub.anonymous says closed"));
  expect(said.map(({ level }) => level)).toEqual(["error", "info"]);
}

needs(envtestAvailable(), envtestAdvice)("on a real API server", () => {
  test("that somebody opened reads is told once by two replicas, and its end once", async () => {
    await openedAndClosed(await open(startEnvtest));
  }, 120_000);
});

describe("on the local hub", () => {
  test("that somebody opened reads is told once by two replicas, and its end once", async () => {
    await openedAndClosed(await open());
  }, 120_000);

  test("a role that is open again, and not bound yet, is told before karpor-server binds it", async () => {
    const world = await open();
    await setAnonymous(world, "--close-anonymous");
    const bot = await run(world);
    await inTime(world, async () => (await bot.gauge()) === "0");
    const admin = hubClient(world.hub, world.hub.admin);
    await admin("DELETE", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/anonymous");
    await admin.close();
    await setAnonymous(world, "--open-anonymous");
    await inTime(world, async () => news(world).length > 0);
    expect(news(world)[0]).toContain("at the latest when karpor-server starts again");
    await bot.stop();
  });

  test("streams that were left open are no news", async () => {
    const world = await open();
    await setAnonymous(world, "--close-anonymous", "--keep-streams");
    const bot = await run(world);
    await inTime(world, async () => (await bot.gauge()) === "0");
    expect(news(world)).toEqual([]);
    expect(await bot.isTold()).toBe(false);
  });

  test("a first start is refused while reads are open, with the mend", async () => {
    const world = await open();
    await expect(startBot(world)).rejects.toMatchObject({
      findings: [
        { check: "hub anonymous reads", level: "fail", fix: expect.stringContaining("--close-anonymous") },
      ],
    });
  });
});
