/** An approver gives less than is asked for: a shorter time by one press, a lower role in a modal. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { buttonsOf, type SlackMessage, type View, visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { formatMoment } from "../../src/domain/moment.ts";
import {
  ADMINS,
  ALICE,
  APPROVALS,
  BOB,
  CAROL,
  catalog,
  MEI,
  startBot,
  startWorld,
  type World,
} from "../helpers/bot.ts";
import { type Scene, scene } from "../helpers/scene.ts";

const roles = {
  ...catalog,
  both: { ...catalog.guest, approval: { by: ["S0SRE"], count: 2, within: "4h" } },
  root: { ...catalog.admin, requester: { in: [CAROL] } },
  hers: { ...catalog.guest, approval: { by: [MEI, CAROL], within: "4h" } },
  apart: { ...catalog.guest, approval: { by: [ALICE, MEI], count: 2, within: "4h", channel: ADMINS } },
};
let world: World;
let it: Scene;
let bot: Awaited<ReturnType<typeof startBot>>;
beforeEach(async () => {
  world = await startWorld({ roles });
  it = scene(world);
  bot = await startBot(world);
});
afterEach(async () => {
  await bot.stop();
  await world.close();
});

const record = async (reason: string) => (await world.records()).find((r) => r.reason === reason);
const reach = (reason: string, state: string) =>
  world.until(async () => (await record(reason))?.state === state);
const press = (user: string, card: SlackMessage, button: string) => world.slack.click(user, card, button);

/** The modal, once the lower roles are looked up. */
async function modal(user: string, card: SlackMessage, words = "Approve for less…"): Promise<View> {
  await world.slack.select(user, card, "menu", words);
  const looking = /Looking up|正在查询/;
  return world.slack.waitFor(() => {
    const view = world.slack.views(user).at(-1);
    return view && !looking.test(JSON.stringify(view.blocks)) ? view : undefined;
  });
}

const rolesIn = (view: View): string[] => {
  const input = view.blocks.find(({ block_id }) => block_id === "less-role");
  const { options = [] } = (input?.element ?? {}) as { options?: { value: string }[] };
  return options.map(({ value }) => value);
};

test("one press gives the role's usual time, and the difference is said", async () => {
  const card = await it.ask("admin 4h", "to-look");
  expect(buttonsOf(card)).toEqual(["Approve 4 h", "1 h only", "Deny…"]);
  await press(ALICE, card, "1 h only");
  await reach("to-look", "active");
  const granted = await record("to-look");
  expect(granted).toMatchObject({ duration: HOUR, terms: 2, role: "admin" });
  if (granted?.state !== "active") throw new Error("not active");
  expect(granted.expiresAt).toBe(granted.decision.at + HOUR);
  const told = await it.dm(BOB, "*Less than asked:* `admin`, 4 h became `admin`, 1 h, by alice.");
  expect(visibleText(told)).toContain(`Approved by <@${ALICE}>, for less:`);
  await world.slack.waitFor(() => visibleText(card).includes("Active until"));
  expect(visibleText(card)).toContain("*Less than asked:* `admin`, 4 h");
  expect(bot.trail().find(({ to }) => to === "approved")).toMatchObject({
    ...{ who: ALICE, duration: HOUR, asked: { role: "admin", duration: 4 * HOUR } },
  });
});

test("a lower role: only what is given stands on the hub, and the other role is free again", async () => {
  const card = await it.ask("admin 4h", "to-look");
  const view = await modal(ALICE, card);
  expect(rolesIn(view)).toEqual(["admin", "guest", "long", "both"]);
  const values = { "less-role": "guest", "less-time": "2 h", "less-note": "reading is enough" };
  await world.slack.submit(ALICE, view.id, values);
  await reach("to-look", "active");
  const given = await record("to-look");
  expect(given).toMatchObject({ role: "guest", clusterRole: "karpor-guest", duration: 2 * HOUR });
  const told = await it.dm(BOB, "became `guest`, 2 h, by alice");
  expect(visibleText(told)).toContain("reading is enough");
  const names = await it.standing();
  expect(names.filter((name) => name.startsWith("karpor-access-guest-"))).toHaveLength(2);
  const { clusterRoleBindings } = await world.hub.objects();
  const refs = clusterRoleBindings.filter(({ metadata }) => names.includes(metadata.name));
  expect(refs.map(({ roleRef }) => (roleRef as { name: string }).name)).toEqual(["karpor-guest"]);
  await it.say(BOB, "guest 1h more");
  await it.whisper(BOB, "You already have this");
  await it.ask("admin 1h", "again");
});

test("a role that they have by then is refused, and nothing changes", async () => {
  const card = await it.ask("admin 4h", "to-look");
  const view = await modal(ALICE, card);
  await it.get("guest 1h", "meanwhile");
  await world.slack.submit(ALICE, view.id, { "less-role": "guest", "less-time": "2 h" });
  await it.whisper(ALICE, "cannot stand in for what is asked");
  expect(await record("to-look")).toMatchObject({ state: "pending", role: "admin", terms: 1 });
  const later = await modal(CAROL, card);
  expect(rolesIn(later)).toEqual(["admin", "long", "both", "hers"]);
});

test("a lower role that too few others could approve is not offered", async () => {
  const card = await it.ask("root 4h", "to-look", CAROL);
  expect(rolesIn(await modal(ALICE, card))).toEqual(["root", "guest", "long"]);
});

test("nor one whose other approvers do not see the card, whichever channel is theirs", async () => {
  await it.say(CAROL, "apart 1h elsewhere");
  await world.until(async () => (await record("elsewhere"))?.state === "pending");
  const card = await it.ask("admin 4h", "to-look");
  expect(rolesIn(await modal(ALICE, card))).not.toContain("apart");
});

test("a lower role that others approve, too: they are mentioned, though those of the other were reminded already", async () => {
  const card = await it.ask("admin 4h", "to-look");
  await world.slack.click(BOB, await it.dm(BOB, "Waiting for approval:"), "Remind them");
  await world.until(async () => (await record("to-look"))?.nudgedAt !== undefined);
  const thread = () => world.slack.messages(APPROVALS).filter(({ thread_ts }) => thread_ts === card.ts);
  await world.slack.waitFor(() => thread().length === 1);
  await world.until(async () => Boolean((await record("to-look"))?.messages.nudge?.ts));
  const view = await modal(ALICE, card);
  await world.slack.submit(ALICE, view.id, { "less-role": "both", "less-time": "1 h" });
  await world.until(async () => (await record("to-look"))?.role === "both");
  await world.jump(1_000);
  await world.slack.waitFor(() => thread().length === 2);
  expect(visibleText(thread().at(-1) ?? { text: "" })).toContain("<!subteam^S0SRE>");
});

test("where it cannot be looked up which roles are lower, nobody is told that there are none", async () => {
  const card = await it.ask("admin 4h", "to-look");
  world.localHub?.failNext(1, 503, (_, path) => path.includes("/clusterroles/"));
  const hubAway = await modal(ALICE, card);
  expect(JSON.stringify(hubAway.blocks)).toMatch(/cannot be told now/);
  expect(JSON.stringify(hubAway.blocks)).not.toMatch(/no lower role/);
  await world.slack.submit(ALICE, hubAway.id, { "less-time": "1 h" });
  await reach("to-look", "active");
});

test("who approved more did not approve less: it begins anew with whoever made it less", async () => {
  const card = await it.ask("both 4h", "to-look");
  const first = await press(ALICE, card, "approve");
  await world.slack.waitFor(() => visibleText(card).includes("Approved by alice"));
  await press(CAROL, card, "1 h only");
  await world.slack.waitFor(() => visibleText(card).includes("Approved by carol"));
  expect(visibleText(card)).toMatch(/`both`, 4 h became `both`, 1 h, by carol/);
  expect(visibleText(card)).not.toContain("Approved by alice");
  const waiting = await it.dm(BOB, "Waiting for approval (1 of 2):");
  await world.slack.waitFor(() => visibleText(waiting).includes("Less than asked:"));
  await world.slack.redeliver(first);
  await it.whisper(ALICE, "was changed after this button was drawn");
  expect(bot.trail()).toContainEqual(
    expect.objectContaining({
      who: CAROL,
      why: `for less: both 4h → both 1h; approved, 1 of 2; counts no more: ${ALICE}`,
    }),
  );
  await press(ALICE, card, "approve");
  await reach("to-look", "active");
  expect(await record("to-look")).toMatchObject({ duration: HOUR });
});

test("of what begins later, and is approved later still: the card says the latest end, and then the one that it has", async () => {
  const at = Math.ceil((world.clock.now() + HOUR) / MINUTE) * MINUTE;
  const date = (time: number) => `<!date^${time / 1000}^`;
  const card = await it.ask(`both 2h from ${formatMoment({ at })}`, "to-look");
  await press(ALICE, card, "1 h only");
  await world.slack.waitFor(() => visibleText(card).includes("Approved by alice"));
  expect(visibleText(card)).toContain(date(at + 2 * HOUR));
  expect(visibleText(card)).not.toContain(date(at + HOUR));
  await world.jump(at + 30 * MINUTE - world.clock.now());
  await press(CAROL, card, "approve");
  await reach("to-look", "active");
  const given = await record("to-look");
  if (given?.state !== "active") throw new Error("not active");
  expect(given.expiresAt).toBe(given.decision.at + HOUR);
  await world.slack.waitFor(() => visibleText(card).includes("Active until"));
  expect(visibleText(card)).not.toContain(date(at));
});

test("what is not less is said at its input; whoever does not approve gets no form", async () => {
  const card = await it.ask("admin 4h", "to-look");
  const view = await modal(ALICE, card);
  const sent = await world.slack.submit(ALICE, view.id, { "less-role": "admin", "less-time": "4 h" });
  expect(JSON.stringify(sent)).toContain("Choose less than is asked");
  await world.slack.submit(ALICE, view.id, { "less-role": "long", "less-time": "1 min" });
  await reach("to-look", "active");
  const other = await it.ask("hers 4h", "elsewhere", BOB);
  await world.slack.select(ALICE, other, "menu", "Approve for less…");
  const hers = await world.slack.waitFor(() => world.slack.views(ALICE).at(-1));
  await world.slack.waitFor(() => hers.submit === undefined);
  expect(JSON.stringify(hers.blocks)).toContain("can decide this request");
  expect(world.slack.messages(APPROVALS).map(visibleText).join("\n")).not.toContain("undefined");
});

test.each([
  ["no time at all", 0],
  ["less than a minute", 59_999],
])("a press that says %s approves nothing", async (_, ms) => {
  const card = await it.ask("admin 4h", "to-look");
  const { id = "" } = (await record("to-look")) ?? {};
  const click = await world.slack.select(ALICE, card, "menu", "Approve for less…");
  if (!click) throw new Error("not chosen");
  const actions = [{ type: "button", action_id: "less", value: `${id}:1:${ms}` }];
  await world.slack.redeliver({ ...click, payload: { ...click.payload, actions } });
  await it.whisper(ALICE, "the shortest time is 1 min");
  expect(await record("to-look")).toMatchObject({ state: "pending", duration: 4 * HOUR, terms: 1 });
});

test.each([
  ["time", "less-time", "-3600000", "the shortest time is 1 min"],
  ["role", "less-role", "gone", "cannot stand in for what is asked"],
])("nor does a form whose %s was made up, or is gone by then", async (_, name, value, told) => {
  const card = await it.ask("admin 4h", "to-look");
  const view = await modal(ALICE, card);
  const kept = await world.slack.submit(ALICE, view.id, { "less-role": "admin", "less-time": "4 h" });
  const payload = structuredClone(kept.payload) as { view: View };
  const { values } = payload.view.state as { values: Record<string, object> };
  values[name] = { [name]: { selected_option: { value } } };
  await world.slack.redeliver({ ...kept, payload });
  // What it says is for a role that whoever decides could ask for themselves.
  expect(buttonsOf(await it.whisper(ALICE, told))).toEqual([]);
  expect(await record("to-look")).toMatchObject({ state: "pending", duration: 4 * HOUR, terms: 1 });
});

test("in Chinese for whoever asked", async () => {
  const card = await it.ask("admin 4h", "to-look", MEI);
  await press(ALICE, card, "1 h only");
  const told = await it.dm(MEI, "原申请为 `admin` 权限（4 小时），由 alice 改为 `admin` 权限（1 小时）");
  expect(visibleText(told)).toContain("已批准，少于所申请：");
});
