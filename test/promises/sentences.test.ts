/** Promise 6: everything that is said is so: it follows from what is recorded, and what is not known is said to be not known. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import { copyRedis } from "../helpers/copy.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, APPROVALS, BOB, CAROL } from "../helpers/people.ts";
import { buttonsOf, type Scene, sceneOf, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeEach(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(async () => {
  await world.hub.up();
  await world.close();
});

/** Everything that was ever said, to anybody. */
const everSaid = () =>
  world.slack
    .history()
    .flatMap(({ history }) => history)
    .map(visibleText)
    .join("\n");

/** The times of day in a text, by what stands around them, in the seconds that Slack shows them from. */
const momentsIn = (text: string): number[] =>
  [...text.matchAll(/<!date\^(\d+)\^/g)].map(([, seconds]) => Number(seconds) * SECOND);

/** Sweeps, with the time of a proof between, until it is closed. */
const isClosed = (reason: string) =>
  eventually(async () => {
    await world.jump(14 * SECOND);
    return (await world.records()).find((one) => one.reason === reason && one.state === "closed");
  });

describe("an older Redis", () => {
  test("in which a request waits that was approved, used up and proved since says that it does not know", async () => {
    const card = await scene.ask("guest 1h", "it had a token");
    const restore = await copyRedis(world.commands);
    await world.slack.click(ALICE, card, "approve");
    await scene.tokenOf(BOB);
    await world.jump(HOUR);
    await isClosed("it had a token");
    await restore();
    await isClosed("it had a token");
    await scene.dm(BOB, "What happened since is not known here; no access is left.");
    await scene.card("What happened since is not known here; no access is left.");
    expect(everSaid()).not.toContain("No token was given out");
  });

  test("in which it was being set up says the same, also when its time is over there", async () => {
    const card = await scene.ask("guest 1h", "set up there");
    await world.hub.down();
    await world.slack.click(ALICE, card, "approve");
    await scene.because("set up there", "granting");
    const restore = await copyRedis(world.commands);
    await world.hub.up();
    await world.sweep();
    await scene.tokenOf(BOB);
    await world.jump(HOUR);
    await isClosed("set up there");
    await restore();
    expect((await isClosed("set up there")).outcome?.kind).toBe("restored");
    expect(everSaid()).not.toMatch(/No token was given out|It could not be set up/);
  });
});

describe("an end", () => {
  test("while Karpor is away names when it was asked for, when access was gone, and why not sooner", async () => {
    const delivered = await scene.get("guest 4h", "ended while it is away");
    await world.jump(HOUR);
    await world.hub.down();
    await world.slack.click(BOB, delivered, "End now", { confirm: true });
    const { ending } = await scene.because("ended while it is away", "ending");
    world.clock.jump(11 * SECOND);
    const told = await scene.dm(BOB, "Karpor does not answer; the token may work until");
    expect(told.history.map(visibleText).join()).not.toContain("The token stops within 10 s");
    world.clock.jump(50 * SECOND + MINUTE);
    await world.hub.up();
    await world.sweep();
    const { id } = await scene.record((one) => one.ending?.deletedAt != null);
    const gone = (await scene.proveEnd(id)).ending?.deletedAt ?? 0;
    const receipt = visibleText(await scene.dm(BOB, "Karpor did not answer until then."));
    expect(receipt).toMatch(/Ended .*, by you; removed by/);
    const [asked = 0, removed = 0, , held = 0] = momentsIn(receipt);
    expect(Math.abs(asked - (ending?.at ?? 0))).toBeLessThan(SECOND);
    expect(Math.abs(removed - gone)).toBeLessThan(SECOND);
    expect(held).toBe(removed);
  });

  test("that nobody ran for is told by when it was due and by when it was gone, and blames nobody", async () => {
    await scene.get("guest 1h", "the bot was down");
    const { endsAt } = await scene.because("the bot was down", "active");
    await Promise.all(world.bots.splice(0).map((running) => running.stop()));
    world.clock.jump(2 * HOUR);
    await startReplica(world);
    const { ending } = await isClosed("the bot was down");
    expect(ending).toMatchObject({ at: endsAt, trouble: null, unconfirmedAt: null });
    const receipt = visibleText(await scene.dm(BOB, "Due"));
    expect(receipt).toMatch(/Due .*, removed by/);
    expect(receipt).not.toContain("until then");
    expect(everSaid()).not.toContain("Not confirmed");
  });
});

describe("a click", () => {
  test("with Karpor away is seen within two seconds, and a second one is told that it was one's own", async () => {
    const card = await scene.ask("guest 1h", "clicked twice");
    await world.hub.down();
    const clickedAt = world.clock.now();
    const click = await world.slack.click(ALICE, card, "approve");
    await scene.because("clicked twice", "granting");
    await world.slack.redeliver(click);
    await scene.whisper(ALICE, "You approved this already.");
    world.clock.jump(2 * SECOND - (world.clock.now() - clickedAt));
    await world.sweep();
    await world.slack.waitFor(() => visibleText(card).includes("Setting up…"));
    expect(world.clock.now() - clickedAt).toBeLessThan(5 * SECOND);
  });

  test("draws its card once: from the question to the access", async () => {
    const card = await scene.ask("guest 1h", "drawn once");
    await world.slack.click(ALICE, card, "approve");
    await world.slack.waitFor(() => visibleText(card).includes("Active until"));
    await world.sweep();
    expect(card.history).toHaveLength(2);
  });
});

describe("a rule", () => {
  test("that decides is not called a person, nor is anybody said to be asked or told", async () => {
    await scene.say(BOB, "peek 15m nobody is asked");
    await scene.tokenOf(BOB);
    expect(world.slack.ephemerals(BOB).map(visibleText).join("\n")).not.toContain("Sent to");
    expect(everSaid()).not.toContain("Waiting for");
  });
});

test("who is locked out reads which request it was, and not their own name", async () => {
  const card = await scene.ask("guest 2h from tomorrow 09:00", "for later");
  await world.slack.click(ALICE, card, "approve");
  await scene.because("for later", "scheduled");
  await scene.say(ALICE, "lockdown @bob stolen laptop");
  const told = visibleText(await scene.dm(BOB, "locked down"));
  expect(told).toContain("`guest`");
  expect(told).not.toContain(`<@${BOB}>`);
});

test("access without a record is told to the admins by name", async () => {
  await scene.get("guest 2h", "lost");
  const { id } = await scene.because("lost", "active");
  await world.commands.del(`{karpor-access:test}:request:${id}`);
  await world.sweep();
  expect(visibleText(await scene.card("without a record"))).toContain(`<@${ALICE}>`);
});

test("one who approves less is named with how much less; both are named as who approved", async () => {
  const card = await scene.ask("admin 4h", "OPS-9 for less");
  await world.slack.click(ALICE, card, "approve");
  await world.slack.waitFor(() => visibleText(card).includes(`Approved by <@${ALICE}>`));
  await world.slack.click(CAROL, card, "1 h only");
  const { id } = await scene.because("OPS-9 for less", "active");
  const less = `1 h of the 4 h asked, shortened by <@${CAROL}>`;
  expect(visibleText(await scene.tokenOf(BOB, id))).toContain(less);
  const active = visibleText(await scene.card("Active until"));
  expect(active).toContain(less);
  expect(active).toContain(`approved by <@${ALICE}> and <@${CAROL}>`);
  expect(buttonsOf(await scene.card("Active until"))).toEqual(["Revoke…"]);
  expect(world.slack.messages(APPROVALS).filter((one) => visibleText(one).includes(id))).toHaveLength(1);
});
