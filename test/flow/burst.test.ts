/** Many at once: nobody waits behind the ends of others, and neither jobs nor messages pile up. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import { isSettled } from "../../src/domain/messages.ts";
import { sweep } from "../../src/flow/mend/sweep.ts";
import { ALICE, BOB, CAROL, GENERAL, MEI, startBot, startWorld, type World } from "../helpers/bot.ts";
import { isEnd, isOf, isRemoval, watchHub } from "../helpers/hub-calls.ts";
import { makeLive } from "../helpers/live-grants.ts";
import { scene, tokenIn } from "../helpers/scene.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

let world: World;
let steps: Steps;
let bot: Awaited<ReturnType<typeof startBot>>;

beforeEach(async () => {
  world = await startWorld();
  steps = await openSteps(world);
  bot = await startBot(world);
  // Else the sweep of the start meets what is being made, and adopts it.
  await world.until(async () => (await steps.ports.sweeps.last()).count > 0);
});
afterEach(async () => {
  world.localHub?.meddle(undefined);
  world.localHub?.hang(false);
  await bot.stop();
  await steps[Symbol.asyncDispose]();
  await world.close();
});

const live = (count: number, expiresAt: number) => makeLive(world, steps.ports, count, expiresAt);

test("among 300 ends and beside a call that hangs, a revoke and an approval are served before half of them", async () => {
  const ENDS = 300;
  const it = scene(world);
  const card = await it.ask("guest 2h", "meanwhile", MEI);
  const [hanging, revoked] = await live(2, world.clock.now() + HOUR);
  if (!hanging || !revoked) throw new Error("no grants");
  const expiresAt = world.clock.now() + MINUTE;
  const over = await live(ENDS, expiresAt);
  const { calls } = watchHub(world, hanging.id);
  await it.say(ALICE, `revoke ${hanging.id} hangs`);
  await world.until(async () => calls.some((call) => isRemoval(call) && isOf(call, hanging.id)));
  await world.jump(expiresAt - world.clock.now());
  await world.until(async () => calls.some((call) => isRemoval(call) && !isOf(call, hanging.id)));
  await Promise.all([
    it.say(ALICE, `revoke ${revoked.id} at once`),
    world.slack.click(ALICE, card, "approve"),
  ]);
  const others = () => calls.filter((call) => isEnd(call) && over.some(({ id }) => isOf(call, id)));
  await world.until(async () => others().length > ENDS / 2, 120_000);
  const half = others()[ENDS / 2];
  const before = calls.slice(0, half && calls.indexOf(half));
  expect(before.some((call) => isRemoval(call) && isOf(call, revoked.id))).toBe(true);
  const [approved] = (await world.records()).filter(({ reason }) => reason === "meanwhile");
  expect(before.some((call) => call.path.endsWith("/token") && isOf(call, approved?.id ?? ""))).toBe(true);
}, 240_000);

test("of 300 that are over, each loses its binding before any is seen to further, and all are proved", async () => {
  const ENDS = 300;
  const expiresAt = world.clock.now() + MINUTE;
  await live(ENDS, expiresAt);
  const { calls } = watchHub(world);
  await world.jump(expiresAt - world.clock.now());
  const gone = (is: typeof isEnd, among = calls) => new Set(among.filter(is).map(({ path }) => path)).size;
  await world.until(async () => gone(isEnd) === ENDS, 120_000);
  expect(gone(isRemoval, calls.slice(0, calls.findIndex(isEnd)))).toBe(ENDS);
  await world.jump(14 * SECOND);
  await world.until(async () => (await world.records()).every(({ state }) => state === "ended"), 120_000);
}, 240_000);

test("50 ends through six sweeps while the hub hangs: the jobs do not grow by sweeps", async () => {
  const expiresAt = world.clock.now() + MINUTE;
  await live(50, expiresAt);
  world.localHub?.failNext(1_000, 503, (method) => method === "DELETE");
  await world.jump(expiresAt - world.clock.now());
  await world.until(async () => (await world.records()).every((r) => "outage" in r && r.outage), 60_000);
  world.localHub?.hang(true);
  await using hasty = await openSteps(world, { callMs: SECOND / 4 });
  const backlog: number[] = [];
  for (let sweeps = 0; sweeps < 6; sweeps++) {
    await world.jump(MINUTE);
    await sweep({ ...hasty.ports, jobs: world.jobs });
    const counts = [...(await jobsByStep()).values()];
    // The one that still tries, the one that waits for Slack, the sweep's, and those of what changed while it drew.
    expect([...(await jobsByStep()).entries()].filter(([, n]) => n > 5)).toEqual([]);
    backlog.push(counts.reduce((sum, count) => sum + count, 0));
  }
  // Three an end stand by the third sweep, and how many are being drawn is a moment's; of every sweep's it would be 150 more.
  expect(backlog.at(-1)).toBeLessThan((backlog[2] ?? 0) + 100);
}, 240_000);

/** How many stand of each step of each record. */
async function jobsByStep(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const lane of Object.values(world.jobs.lanes))
    for (const job of await lane.getJobs(["active", "waiting", "delayed"])) {
      const key = `${job?.name} ${job?.data.id}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return counts;
}

test("60 released at once, within Slack's limits: every token goes, and every record settles", async () => {
  await live(60, world.clock.now() + 8 * HOUR);
  const holders = [BOB, CAROL, MEI];
  const tokens = () => holders.flatMap((who) => world.slack.dm(who)).filter((m) => tokenIn(m) !== "");
  expect(tokens()).toHaveLength(60);
  // A call that is under way must not find a minute gone.
  world.turns.atOnce = false;
  await Promise.all(
    holders.flatMap((who) =>
      world.slack
        .dm(who)
        .filter((m) => tokenIn(m) !== "")
        .map((message) => world.slack.click(who, message, "End now", { confirm: true })),
    ),
  );
  // A minute, and so much more as 60 take at 100 a minute; and what a busy machine takes beside it.
  for (let passed = 0; passed < 120 * SECOND; passed += 10 * SECOND) await pass(10 * SECOND);
  expect(tokens()).toEqual([]);
  const settled = async () => (await world.records()).every(isSettled);
  for (let minutes = 0; minutes < 30 && !(await settled()); minutes++) await pass(MINUTE);
  expect(await settled()).toBe(true);
  expect(world.slack.calls.filter(({ error }) => error === "ratelimited")).toEqual([]);
}, 240_000);

/** Time passes with a sweep at its end, and what came due is done. */
async function pass(ms: number): Promise<void> {
  await world.jump(ms);
  await sweep({ ...steps.ports, jobs: world.jobs });
  await world.until(async () => (await world.atWork()).length === 0, 60_000);
}

test("a crowd that nobody knows yet leaves half of a minute's look-ups to its grants, whatever language it is answered in", async () => {
  const crowd = Array.from({ length: 70 }, (_, i) => `U0NEW${i}`);
  for (const id of crowd) world.slack.people.add({ id, name: id.toLowerCase() });
  const from = world.slack.calls.length;
  await Promise.all(crowd.map((who) => world.slack.command(who, GENERAL, "guest 1h with all the others")));
  await world.until(async () => crowd.every((who) => world.slack.ephemerals(who).length > 0), 60_000);
  const isOfCrowd = ({ method, args }: (typeof world.slack.calls)[number]) =>
    method === "users.info" && crowd.includes(String(args.user));
  expect(world.slack.calls.slice(from).filter(isOfCrowd).length).toBeLessThanOrEqual(50);
}, 120_000);
