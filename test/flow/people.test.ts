/** Who may ask, decide and revoke, and what those see who may not. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { buttonsOf, visibleText } from "../../sandbox/slack/index.ts";
import {
  ALICE,
  APPROVALS,
  BOB,
  CAROL,
  catalog,
  GENERAL,
  GUEST,
  MEI,
  startBot,
  startWorld,
  type World,
} from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { scene, tokenIn } from "../helpers/scene.ts";

let world: World;
let bot: Awaited<ReturnType<typeof startBot>>;
let it: ReturnType<typeof scene>;

const roles = {
  ...catalog,
  lonely: { ...catalog.guest, approval: { by: [BOB], within: "1h" } },
  quiet: { ...catalog.guest, approval: { by: ["S0SRE"], within: "1h", ping: [] } },
};

beforeAll(async () => {
  world = await startWorld({ roles });
  bot = await startBot(world);
  it = scene(world);
});
afterAll(async () => {
  await bot.stop();
  await world.close();
});
/** Whatever is left open is ended by an admin, so that each test begins afresh. */
afterEach(async () => {
  for (const r of await world.records()) {
    if (["approved", "delivering", "active"].includes(r.state)) await it.say(ALICE, `revoke ${r.id} over`);
  }
  await world.until(async () => {
    world.clock.jump(11_000);
    return (await world.records()).every((r) =>
      ["pending", "ended", "refused", "denied", "withdrawn", "timedOut"].includes(r.state),
    );
  });
});

test("a guest of the workspace is refused", async () => {
  await it.say(GUEST, "guest 1h please");
  await it.dm(GUEST, "guests of this workspace cannot have access");
  expect(bot.trail().at(-1)).toMatchObject({ to: "refused", who: "policy", why: "not-served" });
});

test("people of another workspace who share a channel neither get access nor give it", async () => {
  const eve = "U0EVE";
  world.slack.people.add({ id: eve, name: "eve", realName: "Eve", teamId: "T0OTHER" });
  for (const channel of [APPROVALS, GENERAL]) world.slack.people.join(eve, channel);
  world.slack.people.setGroup("S0SRE", [ALICE, CAROL, eve]);
  await it.say(eve, "guest 1h let me in");
  await it.dm(eve, "people of other workspaces cannot have access");
  expect(bot.trail().at(-1)).toMatchObject({ to: "refused", who: "policy", why: "not-served" });
  const card = await it.ask("guest 1h", "not for Eve");
  await world.slack.click(eve, card, "approve");
  await it.whisper(eve, "people of other workspaces cannot have access");
  expect(visibleText(card)).toContain("asks for");
  await world.slack.people.setGroup("S0SRE", [ALICE, CAROL]);
  await world.slack.click(CAROL, card, "approve");
  await world.slack.waitFor(() => visibleText(card).includes("Active until"));
});

test("a role for others is refused, naming them", async () => {
  await it.say(CAROL, "admin 1h because");
  const told = await it.dm(CAROL, "Refused:");
  expect(visibleText(told)).toContain("<!subteam^S0DEV");
});

test("a request that nobody could approve is refused at once, saying why", async () => {
  await it.say(BOB, "lonely 1h because");
  await it.dm(BOB, "nobody but you is there to approve");
  expect(world.slack.messages(APPROVALS).some((m) => visibleText(m).includes("lonely"))).toBe(false);
});

test("the card mentions its approvers once, and a redraw nobody", async () => {
  const card = await it.ask("guest 1h", "mention me");
  expect(visibleText(card)).toContain("<!subteam^S0SRE");
  await world.slack.click(CAROL, card, "approve");
  await it.channel("Active until");
  for (const { text, blocks = [] } of card.history.slice(1))
    expect(visibleText({ text, blocks })).not.toContain("<!subteam");
  const quiet = await it.ask("quiet 1h", "do not mention me");
  expect(visibleText(quiet)).not.toContain("<!subteam");
});

test("a command that Slack delivers twice makes one request", async () => {
  const before = (await world.records()).length;
  const sent = await it.say(MEI, "guest 1h twice.");
  await it.channel("twice.");
  await world.slack.redeliver(sent);
  expect((await world.records()).length).toBe(before + 1);
});

test("a second question for the same role points to the first", async () => {
  const [open] = (await world.records()).filter((r) => r.requester.id === MEI && r.state === "pending");
  await it.say(MEI, "guest 2h once more");
  await it.whisper(MEI, open?.id ?? "none open");
});

test("withdrawing wins against a later approval, which is told so", async () => {
  const card = world.slack.messages(APPROVALS).findLast((m) => visibleText(m).includes("twice.")) ?? {
    channel: "",
    ts: "",
  };
  const waiting = world.slack.dm(MEI).findLast((m) => buttonsOf(m).includes("撤回")) ?? {
    channel: "",
    ts: "",
  };
  const clicks = [world.slack.click(ALICE, card, "approve")];
  await world.slack.click(MEI, waiting, "撤回");
  await Promise.all(clicks);
  await world.until(async () =>
    (await world.records()).filter((r) => r.requester.id === MEI).every((r) => r.state !== "pending"),
  );
});

test("who is no approver is told so, and only they", async () => {
  const card = await it.ask("guest 1h", "not for Mei");
  await world.slack.click(MEI, card, "approve");
  await world.slack.waitFor(() =>
    world.slack.ephemerals(MEI).some((m) => visibleText(m).includes("<!subteam^S0SRE")),
  );
  expect(visibleText(card)).toContain("asks for");
  expect(world.slack.ephemerals(ALICE).some((m) => visibleText(m).includes("decide this request"))).toBe(
    false,
  );
});

test("a user group is read afresh at each click", async () => {
  const card = world.slack.messages(APPROVALS).findLast((m) => visibleText(m).includes("not for Mei")) ?? {
    channel: "",
    ts: "",
  };
  await world.slack.people.setGroup("S0SRE", [ALICE]);
  await world.slack.click(CAROL, card, "approve");
  await it.whisper(CAROL, "can decide this request");
  world.slack.people.setGroup("S0SRE", [ALICE, CAROL]);
  await world.slack.click(CAROL, card, "approve");
  await it.dm(BOB, "Only for you.");
});

test("hiding takes the token off its message at once; the access stays", async () => {
  const ready = await it.get("guest 1h", "to be hidden");
  const token = tokenIn(ready);
  await world.slack.click(BOB, ready, "I've copied it, hide");
  await world.slack.waitFor(() => tokenIn(ready) === "");
  expect(await login(world.hub, token)).toBe(200);
  expect(buttonsOf(ready)).toContain("End now");
});

test("an approver revokes on the card, an admin by name, with the reason told", async () => {
  await it.get("guest 1h", "first to go");
  const card = await it.channel("first to go");
  await world.slack.waitFor(() => buttonsOf(card).includes("Revoke…"));
  await world.slack.click(CAROL, card, "Revoke…");
  const form = await world.slack.waitFor(() => world.slack.views(CAROL).at(-1));
  await world.slack.submit(CAROL, form.id, {});
  await it.proveEnd();
  expect(bot.trail().findLast(({ to }) => to === "ending")).toMatchObject({ who: CAROL, why: "revoked" });

  await world.slack.command(MEI, GENERAL, "peek");
  await world.slack.waitFor(() => world.slack.dm(MEI).some((m) => tokenIn(m) !== ""));
  await it.say(ALICE, "revoke @mei left the project");
  await world.until(
    async () => bot.trail().findLast(({ to }) => to === "ending")?.why === "revoked: left the project",
  );
});

test("a person who is neither approver nor admin revokes nothing of others", async () => {
  await it.get("guest 1h", "stays");
  await it.say(MEI, "revoke @bob");
  await world.slack.waitFor(() =>
    world.slack.ephemerals(MEI).findLast((m) => visibleText(m).includes("S0SRE")),
  );
  expect((await world.records()).some((r) => r.state === "active" && r.requester.id === BOB)).toBe(true);
});

test("help shows the roles one may ask for, status what one has", async () => {
  await it.say(CAROL, "help");
  const help = visibleText(await it.whisper(CAROL, "Access to Karpor"));
  expect(help).toContain("guest");
  expect(help).not.toContain("admin");
  await it.get("guest 1h", "to be listed");
  await it.say(BOB, "status");
  const status = await it.whisper(BOB, "open:");
  expect(buttonsOf(status)).toContain("End now");
});
