/** The newest seal of the trail beside running bots: on the hub at once, and once a day in the approvals channel. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SlackCall } from "../../sandbox/slack/faults.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { verifyLive } from "../../src/cli/audit/live.ts";
import { DAY, MINUTE, SECOND } from "../../src/domain/duration.ts";
import { headIn, headText, type SealHead } from "../../src/domain/seal.ts";
import { ALICE, APPROVALS, BOB, startBot, startWorld, type World } from "../helpers/bot.ts";
import { changeFile } from "../helpers/config-file.ts";
import { type Scene, scene } from "../helpers/scene.ts";

let world: World;
let it: Scene;
let bots: Awaited<ReturnType<typeof startBot>>[];

beforeEach(async () => {
  world = await startWorld({ transport: "socket" });
  it = scene(world);
  bots = [];
  // After midnight, so that the minutes of a test are of one day.
  world.clock.jump(DAY - (world.clock.now() % DAY) + MINUTE);
});
afterEach(async () => {
  await Promise.all(bots.map((bot) => bot.stop()));
  await world.close();
});

const run = async () => void bots.push(await startBot(world));

/** As the hub has it, by the account that bears it. */
async function witnessed(): Promise<{ on: string; seal: SealHead } | null> {
  const { serviceAccounts } = await world.hub.objects();
  const [found] = serviceAccounts.flatMap(({ metadata: { name, annotations } }) => {
    const seal = annotations?.["karpor-access.io/seal"];
    return seal === undefined ? [] : [{ on: name, seal: JSON.parse(seal) as SealHead }];
  });
  return found ?? null;
}
const numberOnHub = async () => (await witnessed())?.seal.seal ?? 0;
const headOnHub = async () => headText((await witnessed())?.seal ?? { seal: 0, hash: "" });

/** The seals that the channel shows, oldest first. */
const posted = () =>
  world.slack
    .messages(APPROVALS)
    .flatMap((m) => / verify --live --head (\S+)/.exec(visibleText(m))?.[1] ?? []);

const isCheckpoint = ({ method, args }: SlackCall): boolean =>
  method === "chat.postMessage" && JSON.stringify(args).includes("verify --live");
const warnings = () => bots.flatMap(({ lines }) => lines).filter(({ msg }) => /checkpoint/.test(msg)).length;

/** Time passes until it holds. */
const inTime = (holds: () => Promise<boolean>) =>
  world.until(async () => {
    await world.jump(10 * SECOND);
    return holds();
  });
async function nextDay(holds: () => boolean) {
  await world.jump(DAY);
  await inTime(async () => holds());
}

let asked = 0;
/** Something comes to the trail, and a replica seals it. */
async function look() {
  const before = await numberOnHub();
  asked += 1;
  await it.ask("guest 1h", `reason ${asked}`);
  await world.slack.click(BOB, await it.dm(BOB, `reason ${asked}`), "withdraw");
  await world.until(async () => (await world.records()).every(({ state }) => state === "withdrawn"));
  await inTime(async () => (await numberOnHub()) > before);
}
const looks = async () => {
  await look();
  await look();
};

test("the newest seal stands on the instance's own account; nothing is posted where nobody asked for it", async () => {
  await run();
  await looks();
  const found = await witnessed();
  expect(found?.on).toBe("karpor-access-instance-test");
  const { commands: redis, keys, clock } = world;
  const verdict = await verifyLive({ redis, keys, clock }, { heads: [], hub: found?.seal ?? null });
  expect(verdict.faults).toEqual([]);
  const { seal, hash } = found?.seal ?? {};
  expect(verdict.newest).toMatchObject({ seal, hash });
  expect(posted()).toEqual([]);
});

test("with audit.checkpoint it is posted once a day by all replicas, as the hub has it", async () => {
  changeFile(world, { audit: { checkpoint: "channel" } });
  await run();
  await look();
  await inTime(async () => posted().length > 0);
  expect(posted()).toEqual([await headOnHub()]);
  await run();
  await looks();
  expect(posted()).toHaveLength(1);

  await nextDay(() => posted().length > 1);
  expect(posted()[1]).toBe(await headOnHub());
  await looks();
  expect(posted()).toHaveLength(2);

  // Slack's answer is lost: it may stand, and does.
  world.slack.meddle({
    before: async () => undefined,
    after: async (call) => !isCheckpoint(call),
  });
  await nextDay(() => warnings() > 0);
  world.slack.meddle(undefined);
  await looks();
  expect(posted()).toHaveLength(3);

  // It is away: posted when it is back.
  world.slack.meddle({
    before: async (call) => (isCheckpoint(call) ? { status: 503 } : undefined),
    after: async () => true,
  });
  await nextDay(() => warnings() > 1);
  world.slack.meddle(undefined);
  await looks();
  expect(posted()).toHaveLength(4);

  // Each of them witnesses the trail of today.
  const { commands: redis, keys, clock } = world;
  const heads = posted().flatMap((text) => headIn(text) ?? []);
  const hub = (await witnessed())?.seal ?? null;
  expect((await verifyLive({ redis, keys, clock }, { heads, hub })).faults).toEqual([]);
  expect(heads).toHaveLength(4);
}, 120_000);

test("what somebody keeps from being sealed /status and the administrators are told of, and verify finds it, until it is sealed", async () => {
  await run();
  await look();
  const { commands: redis, keys, clock } = world;
  const head = async () => JSON.parse((await redis.hget(keys.seal, "head")) ?? "{}") as SealHead;
  const alarms = () => world.slack.dm(ALICE).filter((m) => visibleText(m).includes("is not sealed"));
  const notices = async () => {
    const found = await Promise.all(bots.map((bot) => bot.status()));
    return found
      .flatMap(({ body }) => (body as { notices: { cause: string }[] }).notices)
      .filter(({ cause }) => cause === "sealing");
  };
  const faults = async () =>
    (await verifyLive({ redis, keys, clock }, { heads: [], hub: (await witnessed())?.seal ?? null })).faults;
  await redis.hset(keys.seal, "hash", "x");
  await it.ask("guest 1h", "looking");
  await world.until(async () => {
    await world.jump(MINUTE);
    return alarms().length > 0 && (await notices()).length === 1;
  });
  expect(await faults()).toMatchObject([{ what: expect.stringMatching(/is in no seal that was witnessed/) }]);
  await redis.hset(keys.seal, "hash", (await head()).hash);
  await world.until(async () => {
    await world.jump(MINUTE);
    return (await notices()).length === 0;
  });
  expect(await faults()).toEqual([]);
  expect(alarms()).toHaveLength(1);
}, 60_000);
