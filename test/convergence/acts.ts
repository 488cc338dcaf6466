/** What people do: each deed finds something to do it to among what they see, and asks for access where there is nothing. */
import { setTimeout as delay } from "node:timers/promises";
import { CannotDo, type ClickResult, type CommandResult } from "../../sandbox/slack/index.ts";
import { actionables } from "../../sandbox/slack/read.ts";
import type { Block, Ephemeral, SlackMessage } from "../../sandbox/slack/types.ts";
import { MINUTE } from "../../src/domain/duration.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { isGranted, nextTurn, openQuestion, releasedAt } from "./core.ts";
import type { Fleet } from "./fleet.ts";
import { leakOn, leakSaidAgain } from "./leaks.ts";
import { abandonByHand, endByHand } from "./operator.ts";
import { ALICE, APPROVALS, BOB, CAROL, EDITS, EVERYONE, GENERAL, MEI, MOBILE, NAMES } from "./people.ts";
import type { Act, Deed } from "./plan.ts";
import type { World } from "./world.ts";

export interface Doing {
  world: World;
  fleet: Fleet;
  /** What was sent to the bot, to be sent again. */
  sent: (CommandResult | ClickResult)[];
}

type Do = (doing: Doing, pick: number) => Promise<boolean>;

/** Resolves when Slack has its acknowledgement, or gave up waiting for it. */
export async function act(doing: Doing, { deed, pick }: Act): Promise<void> {
  try {
    if (await TABLE[deed](doing, pick)) return;
  } catch (error) {
    if (!(error instanceof CannotDo)) throw error;
  }
  await ask(doing, pick);
}

const LINES = [
  "peek",
  "peek 10m",
  "guest 1h",
  "guest 8h a look",
  "guest 30m",
  "admin 2h OPS-1 roll back",
  "admin 1h OPS-2",
  "both 2h",
  "both 30m a look",
  "vault",
  "vault 1h",
];
const EMERGENCIES = [
  "emergency admin 10m all is down",
  "emergency admin all is down",
  "紧急 admin 20分钟 故障",
];
const ASKERS = [BOB, MEI, BOB, ALICE, CAROL];

const one = <T>(from: readonly T[], pick: number): T | undefined => from[pick % from.length];

async function ask(doing: Doing, pick: number): Promise<boolean> {
  const user = one(ASKERS, pick) ?? BOB;
  return command(doing, user, one(LINES, Math.floor(pick / ASKERS.length)) ?? "peek");
}

async function command({ world, sent }: Doing, user: string, text: string): Promise<boolean> {
  if (world.away().includes(user)) return false;
  world.story.say(`${NAMES[user]} types "${text}"`);
  sent.push(await world.slack.command(user, GENERAL, text));
  return true;
}

/** To begin in 15 to 75 min: most sequences play that long. */
const askForLater: Do = (doing, pick) => {
  const begins = new Date(doing.world.clock.now() + (15 + (pick % 5) * 15) * MINUTE);
  const at = begins.toISOString().slice(0, "2026-11-26T22:00".length);
  const line = one(["guest 30m", "peek 20m", "admin 1h"], pick);
  return command(doing, one([BOB, MEI, CAROL], pick >> 2) ?? BOB, `${line} from ${at}Z a release`);
};

interface Button {
  user: string;
  at: SlackMessage | Ephemeral;
  actionId: string;
  value: string;
  confirm: boolean;
}

/** The buttons of this kind that somebody sees now. */
function buttons(world: World, actionId: string): Button[] {
  return seenBy(world).flatMap(({ user, at }) =>
    found(at.blocks, actionId).map((element) => ({
      user,
      at,
      actionId,
      value: String(element.value),
      confirm: element.confirm !== undefined,
    })),
  );
}

/** What everybody who is there has before them. */
const seenBy = ({ slack, away }: World): { user: string; at: SlackMessage | Ephemeral }[] =>
  EVERYONE.filter((user) => !away().includes(user)).flatMap((user) =>
    [...slack.timeline(user, APPROVALS), ...slack.timeline(user, "dm"), ...slack.ephemerals(user)].map(
      (at) => ({ user, at }),
    ),
  );

const found = (blocks: Block[] | undefined, actionId: string) =>
  actionables(blocks).flatMap(({ element }) => (element.action_id === actionId ? [element] : []));

async function press({ world, sent }: Doing, button: Button | undefined): Promise<boolean> {
  if (!button) return false;
  const { user, at, actionId, value, confirm } = button;
  world.leaks.push(...leakOn(at, actionId, value));
  world.story.say(`${NAMES[user]} presses ${actionId} for ${value}`);
  const options = confirm ? { confirm } : {};
  sent.push(await world.slack.click(user, at, { actionId, value }, options));
  return true;
}

/** By whoever sees it; mostly by who may. */
const presses =
  (actionId: string): Do =>
  (doing, pick) =>
    press(doing, one(buttons(doing.world, actionId), pick));

/** Behind three dots, or a button where there are none. */
const chooses =
  (actionId: string): Do =>
  async (doing, pick) => {
    const { world, sent } = doing;
    const offered = seenBy(world).flatMap(({ user, at }) =>
      found(at.blocks, "menu").flatMap(({ options }) =>
        (options as { value: string }[]).flatMap(({ value }) =>
          value.startsWith(`${actionId} `) ? [{ user, at, value }] : [],
        ),
      ),
    );
    const choice = one(offered, pick);
    if (!choice) return press(doing, one(buttons(world, actionId), pick));
    const { user, at, value } = choice;
    world.story.say(`${NAMES[user]} chooses ${value}`);
    world.leaks.push(...leakOn(at, actionId, value));
    const result = await world.slack.select(user, at, "menu", value, { confirm: true });
    if (result) sent.push(result);
    return true;
  };

const approvers = (world: World) =>
  buttons(world, "approve").filter(({ user }) => user === ALICE || user === CAROL || user === BOB);

const approveTwice: Do = async (doing, pick) => {
  const first = one(approvers(doing.world), pick);
  const others = approvers(doing.world).filter(
    ({ user, value }) => user !== first?.user && value === first?.value,
  );
  const second = one(others, pick);
  if (!first || !second) return press(doing, first);
  await Promise.all([press(doing, first), press(doing, second)]);
  return true;
};

/** A lower role where one is offered, for the shortest time. */
const approveLess: Do = async (doing, pick) => {
  const { slack, story } = doing.world;
  const card = one(approvers(doing.world), pick);
  if (!card) return false;
  story.say(`${NAMES[card.user]} chooses to approve less for ${card.value}`);
  const chosen = await slack.select(card.user, card.at, "menu", "Approve for less…");
  if (chosen) doing.sent.push(chosen);
  const filled = () => {
    const form = slack.views(card.user).at(-1);
    return form && !JSON.stringify(form.blocks).includes("Looking up") ? form : undefined;
  };
  const form = await slack.waitFor(filled, 1_000).catch(() => slack.views(card.user).at(-1));
  if (!form?.submit) return true;
  const role = actionables(form.blocks).find(({ element }) => element.action_id === "less-role")?.element;
  const lower = (role?.options as { value: string }[] | undefined)?.at(-1)?.value;
  story.say(`${NAMES[card.user]} submits the modal, for ${lower ?? "the same role"}`);
  await slack.submit(card.user, form.id, { "less-time": "5 min", ...(lower ? { "less-role": lower } : {}) });
  return true;
};

/** By the button that opens a modal, and what is written there. */
const inModal =
  (actionId: string, by: readonly string[] = EVERYONE): Do =>
  async (doing, pick) => {
    const { slack, story } = doing.world;
    const seen = buttons(doing.world, actionId).filter(({ user }) => by.includes(user));
    const button = one(seen, pick);
    if (!button || !(await press(doing, button))) return false;
    const form = await slack.waitFor(() => slack.views(button.user).at(-1), 1_000).catch(() => undefined);
    if (!form?.submit) return true;
    const input = form.blocks.find(({ type }) => type === "input");
    story.say(`${NAMES[button.user]} submits the modal of ${actionId}`);
    await slack.submit(button.user, form.id, { [String(input?.block_id)]: "not today" });
    return true;
  };

/** Asks for what is shown at a click where nobody has it, so that somebody can press. */
const showToken: Do = async (doing, pick) => {
  const offered = one(buttons(doing.world, "reveal"), pick);
  return offered ? press(doing, offered) : command(doing, one([BOB, MEI, CAROL], pick) ?? BOB, "vault");
};

const breakGlass: Do = (doing, pick) =>
  command(doing, one([BOB, MEI, BOB, CAROL], pick) ?? BOB, one(EMERGENCIES, Math.floor(pick / 4)) ?? "");
const review = inModal("review", [ALICE, CAROL]);

const revokeByCommand: Do = async (doing, pick) => {
  const records = await doing.world.records();
  const live = records.filter(({ state }) => ["approved", "delivering", "active"].includes(state));
  const r = one(live, pick);
  if (!r) return false;
  const by = pick % 3 === 0 ? r.requester.id : ALICE;
  return command(
    doing,
    by,
    pick % 2 === 0 || by === r.requester.id
      ? `revoke ${r.id} no need`
      : `revoke @${handle(r.requester.id)} at once`,
  );
};

const handle = (user: string): string => (NAMES[user] ?? "").toLowerCase();

/** A message as somebody's screen showed it before it was redrawn. */
const clickStale: Do = async (doing, pick) => {
  const { world, sent } = doing;
  const old = sent.filter(
    (result) => result.kind === "interactive" && result.payload.type === "block_actions",
  );
  const last = one(old, pick);
  if (!last) return false;
  const action = (last.payload.actions as { action_id: string; value: string }[])[0];
  world.story.say(`an old ${action?.action_id} for ${action?.value} is pressed once more`);
  world.leaks.push(...leakSaidAgain(last.payload));
  await world.slack.redeliver({
    ...last,
    payload: { ...last.payload, trigger_id: `stale.${pick}.${sent.length}` },
  });
  return true;
};

const redeliver: Do = async ({ world, sent }, pick) => {
  const last = one(sent.slice(-4), pick);
  if (!last || last.kind === undefined) return false;
  world.story.say(`Slack delivers again: ${String(last.payload.text ?? last.payload.type)}`);
  world.leaks.push(...leakSaidAgain(last.payload));
  await world.slack.redeliver(last);
  return true;
};

const minutes: Do = async ({ fleet }, pick) => {
  for (let left = (pick % 5) + 1; left > 0; left--) await fleet.pass(MINUTE);
  return true;
};

const endAndWait: Do = async (doing, pick) => {
  if (!(await revokeByCommand(doing, pick))) return false;
  for (let left = (pick % 3) + 1; left > 0; left--) await doing.fleet.pass(MINUTE);
  return true;
};

/** To a second after a reminder, an end, or the close of a question, and a minute on. */
const nextTurnComes: Do = async ({ world, fleet }, pick) => {
  const now = world.clock.now();
  const turns = (await world.records()).flatMap((r) => nextTurn(r, [60 * MINUTE, 10 * MINUTE]) ?? []);
  const next = one(
    [...turns].sort((a, b) => a - b),
    pick % 2,
  );
  if (next === undefined) return false;
  await fleet.pass(Math.max(0, next - now) + 1_000);
  await fleet.pass(MINUTE);
  return true;
};

/** The modal that this opens, where one is opened that can be sent. */
async function opened({ world: { slack } }: Doing, user: string, how: () => Promise<unknown>) {
  const known = slack.views(user).at(-1)?.id;
  await how();
  const found = () => {
    const view = slack.views(user).at(-1);
    return view?.submit && view.id !== known ? view : undefined;
  };
  return slack.waitFor(found, 1_000).catch(() => undefined);
}

/** As much as the form offers first. */
const askMore: Do = async (doing, pick) => {
  const { slack, story } = doing.world;
  const offered = buttons(doing.world, "more").filter(({ value }) => value.startsWith("R-"));
  const button = one(offered, pick);
  if (!button) return false;
  const form = await opened(doing, button.user, () => press(doing, button));
  if (!form) return true;
  story.say(`${NAMES[button.user]} submits the form for more time`);
  await slack.submit(button.user, form.id, { "more-reason": "not done yet" });
  return true;
};

/** A command that opens a modal, which says what stands and asks why. */
async function endMany(doing: Doing, line: string): Promise<boolean> {
  const { slack, story } = doing.world;
  const form = await opened(doing, ALICE, () => command(doing, ALICE, line));
  const input = form?.blocks.find(({ type }) => type === "input");
  if (!form || !input) return true;
  story.say(`Alice submits the modal of ${line}`);
  await slack.submit(ALICE, form.id, { [String(input.block_id)]: "a laptop is stolen" });
  return true;
}

const lockOrUnlock: Do = async (doing) =>
  (await doing.world.isLockedDown())
    ? command(doing, ALICE, "unlock the laptop is found")
    : endMany(doing, "lockdown");

const revokeAll: Do = (doing, pick) =>
  endMany(doing, `revoke all ${one(["@bob", "@mei", "guest", "peek"], pick)}`);

const operatorEnds: Do = async (doing, pick) => {
  const granted = (await doing.world.records()).filter((r) => isGranted(r) || r.state === "scheduled");
  const r = one(granted, pick);
  if (!r) return false;
  await endByHand(doing, r.id);
  return true;
};

/** Slack tells one replica of it, if it hears. */
const comeOrGo: Do = async ({ world }, pick) => {
  const user = one(MOBILE, pick) ?? BOB;
  world.story.say(`${NAMES[user]} ${world.away().includes(user) ? "is back" : "is deactivated"}`);
  await world.comeOrGo(user);
  return true;
};

const edit: Do = async ({ world, fleet }, pick) => {
  const index = pick % EDITS.length;
  world.story.say(`the policy is edited: ${EDITS[index]?.[0]}`);
  await fleet.restart(index, pick % 2 === 0);
  return true;
};

/** Mostly by who may. */
const allow: Do = (doing, pick) => {
  const [by, person] = [one([ALICE, CAROL, ALICE, BOB], pick) ?? ALICE, one([BOB, MEI, BOB], pick) ?? BOB];
  const line = one(["guest 8h for 1d look", "admin 2h for 2d release", "both 1h for 1d x"], pick >> 2);
  return command(doing, by, `allow @${handle(person)} ${line}`);
};

const inUse = async ({ world }: Doing) => (await world.records()).filter(({ state }) => state === "active");

const use: Do = async (doing, pick) => {
  const r = one(await inUse(doing), pick);
  if (r) await doing.fleet.hubLog.use(r, pick % 3 === 0);
  return r !== undefined;
};

/** Until a holder is asked, and until shortly before it ends, and after. */
const leaveUnused: Do = async (doing, pick) => {
  const { world, fleet } = doing;
  const releases = async () =>
    (await inUse(doing)).flatMap((r) => {
      const asked = openQuestion(r);
      const at = asked && releasedAt(asked);
      return at ? [{ r, at }] : [];
    });
  const isLong = (r: AccessRequest) => r.role === "peek" && r.duration >= 60 * MINUTE;
  if (!(await inUse(doing)).some(isLong)) {
    await command(doing, one([BOB, MEI, CAROL], pick) ?? BOB, "peek 2h");
    await fleet.rest(700);
  }
  for (let left = 3; left > 0 && (await releases()).length === 0; left--) await fleet.pass(4 * MINUTE);
  const release = one(await releases(), pick);
  if (!release) return true;
  const wait = Math.max(0, release.at - 30_000 - world.clock.now());
  await fleet.pass(wait);
  if (pick % 2 === 0) await fleet.hubLog.use(release.r, true);
  for (let left = 2; left > 0; left--) await fleet.pass(MINUTE);
  return true;
};

const TABLE: Record<Deed, Do> = {
  ask,
  approve: (doing, pick) => press(doing, one(approvers(doing.world), pick)),
  "approve twice": approveTwice,
  "approve a shorter time": presses("less"),
  "approve for less": approveLess,
  deny: inModal("deny"),
  "ask for later": askForLater,
  withdraw: presses("withdraw"),
  "ask for more time": askMore,
  "remind them": presses("nudge"),
  hide: presses("hide"),
  "show a token": showToken,
  "a new token": chooses("newToken"),
  "the token leaked": chooses("leaked"),
  release: presses("release"),
  "use it": use,
  "nobody uses it, or late": leaveUnused,
  "it is still needed": presses("keep"),
  "revoke by command": revokeByCommand,
  "revoke by button": inModal("revoke"),
  "break glass": breakGlass,
  "review an emergency": async (doing, pick) => (await review(doing, pick)) || breakGlass(doing, pick),
  again: presses("again"),
  "allow beforehand": allow,
  "allow too": presses("allowToo"),
  "take back what was allowed": presses("disallow"),
  "click what is stale": clickStale,
  redeliver,
  status: (doing, pick) => command(doing, one(EVERYONE, pick) ?? BOB, "status"),
  "minutes pass": minutes,
  "time passes to the next turn": nextTurnComes,
  "somebody's access ends, and minutes pass": endAndWait,
  "lock down, or unlock": lockOrUnlock,
  "revoke all": revokeAll,
  "an operator ends something": operatorEnds,
  "an operator abandons an end": async (doing, pick) =>
    (await abandonByHand(doing, pick)) || operatorEnds(doing, pick),
  "somebody leaves, or is back": comeOrGo,
  "edit the policy": edit,
  restart: async ({ world, fleet }) => {
    world.story.say("a rollout restarts every replica");
    await fleet.restart(undefined, true);
    await delay(0);
    return true;
  },
};
