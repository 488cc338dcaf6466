/** Story 2: approvers decide: two of them, a shorter time, a no with words; or nobody does. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/request/durations.ts";
import { ALICE, APPROVALS, BOB, CAROL, GENERAL, MEI } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { buttonsOf, inputOf, type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeAll(async () => {
  const slow = {
    ...roles.guest,
    approval: { ...roles.guest.approval, fallback: { by: [MEI], after: "3h" } },
  };
  world = await startWorld({ config: { roles: { ...roles, slow } } });
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(() => scene.clear());
afterAll(() => world.close());

/** "Only … can do this", as Mei reads it. */
const ONLY = "可以操作";

describe("approve", () => {
  test("two approvers are two people, and nobody approves their own", async () => {
    const card = await scene.ask("admin 2h", "OPS-1 roll back");
    await world.slack.click(BOB, card, "approve");
    await scene.whisper(BOB, "a request that you made");
    await world.slack.click(ALICE, card, "approve");
    await world.slack.waitFor(() => visibleText(card).includes(`<@${ALICE}>`));
    await world.slack.click(ALICE, card, "approve");
    await scene.whisper(ALICE, "already");
    await world.slack.click(CAROL, card, "approve");
    expect(await scene.login(tokenIn(await scene.tokenOf(BOB)))).toBe("good");
    expect((await scene.record(({ role }) => role === "admin")).approvals.map(({ by }) => by)).toEqual([
      ALICE,
      CAROL,
    ]);
  });

  test("only approvers may, nor may they deny: others change nothing, and read who may", async () => {
    world.slack.people.join(MEI, APPROVALS);
    const card = await scene.ask("guest 1h", "not hers to decide");
    const { version } = await scene.because("not hers to decide", "waiting");
    const refusals = () => world.slack.ephemerals(MEI).filter((one) => visibleText(one).includes(ONLY));
    for (const button of ["approve", "approve-less"]) await world.slack.click(MEI, card, button);
    await world.slack.waitFor(() => refusals().length === 2);
    await world.slack.click(MEI, card, "deny");
    const { errors } = await scene.fill(MEI, "no");
    expect(Object.values(errors).join()).toContain(ONLY);
    expect((await scene.because("not hers to decide", "waiting")).version).toBe(version);
    expect(buttonsOf(card)).toContain("Approve 1 h");
  });

  test("for less: the time is the approver's", async () => {
    const card = await scene.ask("guest 8h", "a shorter look", MEI);
    await world.slack.click(ALICE, card, "1 h only");
    const { endsAt, activeAt } = await scene.record(
      ({ reason, state }) => reason === "a shorter look" && state === "active",
    );
    expect((endsAt ?? 0) - (activeAt ?? 0)).toBeLessThanOrEqual(HOUR);
    await scene.card("1 h");
  });

  test("approve and withdraw at the same moment: one wins, and the other is told who did", async () => {
    const card = await scene.ask("guest 1h", "at the same moment");
    const waiting = await scene.whisper(BOB, "Sent to");
    await Promise.all([
      world.slack.click(ALICE, card, "approve"),
      world.slack.click(BOB, waiting, "Withdraw"),
    ]);
    const request = await scene.record(
      ({ reason, state }) => reason === "at the same moment" && (state === "active" || state === "closed"),
    );
    const [loser, winner] = request.state === "active" ? [BOB, ALICE] : [ALICE, BOB];
    expect(visibleText(await scene.whisper(loser, "changed nothing"))).toContain(winner);
  });

  test("who clicks a card that is decided changes nothing", async () => {
    const card = await scene.ask("guest 30m", "a stale click", CAROL);
    await world.slack.click(ALICE, card, "Deny…");
    const form = await scene.form(ALICE);
    await scene.say(CAROL, "status");
    await world.slack.click(CAROL, await scene.whisper(CAROL, "Waiting for approval"), "Withdraw");
    await scene.record(({ reason, state }) => reason === "a stale click" && state === "closed");
    await world.slack.submit(ALICE, form.id, { [inputOf(form)]: "too late" });
    const { outcome } = await scene.record(({ reason }) => reason === "a stale click");
    expect(outcome).toMatchObject({ kind: "withdrawn", by: CAROL });
  });
});

describe("deny", () => {
  test("her words reach the requester and the card, and nothing is left on the hub", async () => {
    const card = await scene.ask("guest 1h", "not today");
    await world.slack.click(ALICE, card, "Deny…");
    await scene.fill(ALICE, "use peek <instead>");
    const denied = await scene.dm(BOB, "use peek <instead>");
    expect(visibleText(denied)).toContain(`Denied by <@${ALICE}>`);
    expect(visibleText(await scene.card("use peek <instead>"))).toContain("Denied by");
    expect(await scene.onHub()).toEqual([]);
  });
});

describe("nobody decides", () => {
  test("the approvers are reminded, the fallback is asked too, and it closes unanswered", async () => {
    const card = await scene.ask("slow 1h", "is anybody there");
    await scene.say(BOB, "slow 1h asked twice");
    const open = await scene.whisper(BOB, "is already open");
    expect(buttonsOf(open)).toEqual(["Withdraw"]);
    await world.jump(10 * MINUTE);
    await scene.say(BOB, "slow 1h asked a third time");
    const later = await world.slack.waitFor(() =>
      world.slack.ephemerals(BOB).findLast((one) => buttonsOf(one).includes("Remind them")),
    );
    await scene.say(BOB, "status");
    await world.slack.click(BOB, await scene.whisper(BOB, "Waiting for approval"), "Remind them");
    await world.slack.waitFor(() =>
      world.slack.messages(APPROVALS).some(({ thread_ts }) => thread_ts === card.ts),
    );
    await world.slack.click(BOB, later, "Remind them");
    await scene.whisper(BOB, "less than ten minutes ago");
    await world.jump(3 * HOUR - 10 * MINUTE);
    await scene.record(({ reason, fallback }) => reason === "is anybody there" && fallback);
    await world.jump(HOUR);
    await scene.record(
      ({ reason, outcome }) => reason === "is anybody there" && outcome?.kind === "unanswered",
    );
    await world.slack.waitFor(() => !buttonsOf(card).includes("Approve 1 h"));
    const { id } = await scene.record(({ reason }) => reason === "is anybody there");
    await world.slack.waitFor(() =>
      world.slack
        .dm(BOB)
        .some((one) => visibleText(one).includes(id) && visibleText(one).includes("Expired")),
    );
    expect((await scene.onHub()).filter((name) => name.endsWith(id.toLowerCase()))).toEqual([]);
  });

  test("what Slack delivers again when it is over gives nothing, and leaves nothing on the hub", async () => {
    const sent = await scene.say(BOB, "guest 20m delivered late", GENERAL);
    await world.slack.click(ALICE, await scene.card("delivered late"), "Deny…");
    await scene.fill(ALICE, "no");
    const { version } = await scene.because("delivered late", "closed");
    expect(await scene.onHub()).toEqual([]);
    await world.slack.redeliver(sent);
    expect(await scene.onHub()).toEqual([]);
    expect((await scene.because("delivered late", "closed")).version).toBe(version);
  });

  test("what is asked twice by Slack is one request", async () => {
    const sent = await scene.say(BOB, "guest 20m delivered twice", GENERAL);
    await scene.card("delivered twice");
    await world.slack.redeliver(sent);
    await world.sweep();
    expect((await world.records()).filter(({ reason }) => reason === "delivered twice")).toHaveLength(1);
    expect(
      world.slack.messages(APPROVALS).filter((one) => visibleText(one).includes("delivered twice")),
    ).toHaveLength(1);
  });
});
