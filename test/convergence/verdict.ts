/** What must hold when all is healed and the sweep has run: records, hub and Slack say the same. */

import type { KubeObject } from "../../sandbox/hub/types.ts";
import { actionables, visibleText } from "../../sandbox/slack/read.ts";
import type { Block, SlackMessage } from "../../sandbox/slack/types.ts";
import { contextOf } from "../../src/app/assemble.ts";
import { MINUTE } from "../../src/domain/duration.ts";
import { isFinal } from "../../src/domain/lifecycle.ts";
import type { MessageKey } from "../../src/domain/message-key.ts";
import { type AccessRequest, isGranted } from "../../src/domain/request.ts";
import { ofAllowances } from "./allowances.ts";
import * as core from "./core.ts";
import type { HubLog } from "./hub-log.ts";
import { ofLeaks } from "./leaks.ts";
import { OPERATOR } from "./operator.ts";
import { APPROVALS, EDITS, EVERYONE } from "./people.ts";
import { accountOf, idIn, tokensIn, type Witness } from "./witness.ts";
import type { World } from "./world.ts";

/** Everything that is wrong, in words. */
export async function verdict(world: World, witness: Witness, hubLog: HubLog): Promise<string[]> {
  const records = await world.records();
  const locked = await world.isLockedDown();
  return [
    ...witness.wrong(),
    ...records.filter((r) => locked && isGranted(r)).map(({ id }) => `${id} is granted under a lockdown`),
    ...records.flatMap((r) => ofRecord(world, r, locked)),
    ...records.flatMap((r) => ofOperators(world, r)),
    ...records.flatMap((r) => ofLeaks(world.leaks, r)),
    ...records.filter(core.lacksApproval).map(({ id }) => `${id} was granted with too few approvals`),
    ...(await ofHub(world, records)),
    ...ofSlack(world, records),
    ...ofTokens(world, witness, records),
    ...ofViews(world, records),
    ...(await ofAllowances(world)),
    ...(await hubLog.wrong(records)),
  ];
}

/** Settled or live: what a sequence waits for in the end. */
export async function atRest(world: World): Promise<boolean> {
  const [records, locked] = await Promise.all([world.records(), world.isLockedDown()]);
  return records.every((r) => ofRecord(world, r, locked).length === 0);
}

function ofRecord(world: World, r: AccessRequest, locked: boolean): string[] {
  const isLive = core.isLive(r, { locked, now: world.clock.now() });
  if (isLive && !isFinal(r) && world.away().includes(r.requester.id))
    return [`${r.id} is ${r.state}, and who asked for it has left`];
  if (core.isSettled(r) || isLive || waitsForSpoilt(world, r)) return [];
  return [`${r.id} is ${r.state}, neither settled nor live ${JSON.stringify(r)}`];
}

/** What an operator was told is done stays so, in their name. */
function ofOperators({ byHand, clock }: World, r: AccessRequest): string[] {
  const by = core.operatorsOf(r);
  return [
    ...(byHand.ended.has(r.id) && by.ended !== OPERATOR
      ? [`${r.id} was ended by an operator, and its record is ${r.state}, ended by ${by.ended}`]
      : []),
    ...(byHand.endedOnHub.has(r.id) && !core.isOver(r, clock.now())
      ? [`${r.id} was ended on the hub by an operator, and its record is ${r.state}`]
      : []),
    ...(byHand.abandoned.has(r.id) && by.settled !== OPERATOR
      ? [`${r.id} was abandoned by an operator, and its record is ${r.state}, settled by ${by.settled}`]
      : []),
  ];
}

/** More time for a grant whose record cannot be read: it may be mended as long as it can last. */
const waitsForSpoilt = (world: World, { state, extends: grant, duration }: AccessRequest): boolean =>
  (state === "requested" || state === "extending") &&
  grant !== undefined &&
  world.isSpoilt(grant.id) &&
  world.clock.now() < grant.until + duration;

async function ofHub(world: World, records: readonly AccessRequest[]): Promise<string[]> {
  const { accounts, bindings } = await world.objects();
  const name = ({ metadata }: KubeObject) => metadata.name;
  const lastSweep = world.clock.now() - MINUTE;
  const spoilt = accounts.filter((o) => isSpoilt(world, o) && expiresAt(o) > lastSweep).map(name);
  const wanted = records.filter(core.stands).map(nameOf);
  const of = (kind: string, standing: string[]) => [
    ...standing
      .filter((one) => !wanted.includes(one) && !spoilt.includes(one))
      .map((one) => `the ${kind} ${one} stands for no live record`),
    ...wanted
      .filter((one) => !standing.includes(one))
      .map((one) => `the ${kind} ${one} of a live record is missing`),
  ];
  const late = records.filter(core.stands).filter((r) => {
    const account = accounts.find((one) => name(one) === nameOf(r));
    return account && expiresAt(account) !== core.endOf(r);
  });
  return [
    ...late.map(({ id }) => `${id} ends at another time on the hub than its record says`),
    ...of("account", accounts.map(name)),
    ...of("binding", bindings.map(name)),
  ];
}

const nameOf = ({ role, id, generation }: AccessRequest): string =>
  `karpor-access-${role}-${id}-${generation}`.toLowerCase();
const isSpoilt = (world: World, { metadata }: KubeObject): boolean =>
  world.isSpoilt(metadata.labels?.["karpor-access.io/request"] ?? "");
const expiresAt = ({ metadata }: KubeObject): number =>
  Date.parse(metadata.annotations?.["karpor-access.io/expires-at"] ?? "");

function ofSlack(world: World, records: readonly AccessRequest[]): string[] {
  const wrong = records.flatMap((r) =>
    core.expected(r).flatMap(({ key, channel, ts, draw }) => {
      const shown = world.slack.messages(channel).find((one) => one.ts === ts);
      if (!shown) return [`${r.id}: its ${key} is gone from Slack`];
      const is = gist(shown, key);
      const by = (edit: number) => gist(draw(contextFor(world, r, key, edit)) as SlackMessage, key);
      // What it offers is the policy's of when it was drawn.
      if (EDITS.some((_, edit) => by(edit) === is)) return [];
      return [`${r.id} is ${r.state}, and its ${key} shows\n      ${is}\n    instead of\n      ${by(0)}`];
    }),
  );
  return [...wrong, ...copies(world, records)];
}

/** A post whose answer was lost is repeated once at most: by the mark of a message its posts are counted. Each generation's token has a message of its own, under the same mark: of one before, a copy whose answer was lost may stand. */
function copies(world: World, records: readonly AccessRequest[]): string[] {
  const generations = new Map(records.map((r) => [`${r.id}:token`, r.generation]));
  const most = (mark: string) => core.POSTS_MAX + (generations.get(mark) ?? 1) - 1;
  const posts = new Map<string, { mark: string; count: number }>();
  for (const { blocks = [], channel } of shownMessages(world).filter((one) => !world.isSpoilt(idIn(one)))) {
    // A token's, when it was drawn over.
    const mark = String(blocks[0]?.block_id ?? "").replace(/:drawn$/, "");
    const what = `${mark} in ${channel}`;
    if (MARK.test(mark)) posts.set(what, { mark, count: (posts.get(what)?.count ?? 0) + 1 });
  }
  return [...posts]
    .filter(([, { mark, count }]) => count > most(mark))
    .map(([what, { count }]) => `${what} stands ${count} times`);
}

const MARK = /^R-[0-9A-Z]{8}:/;

function contextFor(world: World, r: AccessRequest, key: MessageKey, edit: number) {
  const config = world.config(edit);
  return contextOf(config, config, world.clock)(core.isShared(key) ? "en" : r.requester.locale);
}

/** What a reader takes from it: the first sentence, and what can be pressed. Dates are as long as their distance. */
function gist({ blocks = [], text }: Pick<SlackMessage, "blocks" | "text">, key: MessageKey | ""): string {
  const first = visibleText({ text, blocks: blocks.slice(0, 1) as Block[] })
    .replaceAll(/(?: <!subteam\^\w+>| <@U0BOB>)+$/g, "")
    .replaceAll(/(?:\b(?:at|on|until) |于 )?<!date\^(\d+)[^>]*>/g, "$1")
    // When what waits would end is counted from when it was drawn.
    .replaceAll(/(until about|约至) \d+/g, "$1")
    // What is left is counted to when it was drawn.
    .replace(/^\*(?:还剩 [^*]+：|[^*]+ left:)\*/, "*left:*")
    .replaceAll(/\s+/g, " ")
    .trim();
  const pressed = actionables(blocks as Block[]).map(
    ({ element }) => `[${element.action_id} ${element.value ?? ""}]`,
  );
  const sentence = key === "token" ? (first.split(/[:：]/)[0] ?? "") : first;
  return [sentence, ...(key === "token" ? [] : pressed)].join(" ");
}

const shownMessages = ({ slack }: World): SlackMessage[] => [
  ...slack.messages(APPROVALS),
  ...EVERYONE.flatMap((user) => slack.dm(user)),
];

/** A view bears a token only of a grant that stands, while its record says so, and for two minutes; a spoilt one does not tell which views are to be covered. */
function ofViews(world: World, records: readonly AccessRequest[]): string[] {
  const open = EVERYONE.flatMap((user) => world.slack.views(user).map((view) => ({ user, view })));
  return open.flatMap(({ user, view }) => {
    const content = { text: "", blocks: view.blocks };
    const r = records.find(({ id }) => id === idIn(content));
    if (tokensIn(content).length === 0 || world.isSpoilt(idIn(content))) return [];
    if (r && r.requester.id === user && core.mayShowIn(r, view.id, world.clock.now())) return [];
    return [`${r?.id ?? idIn(content)}: ${user} still sees a token in a view, and the record is ${r?.state}`];
  });
}

function ofTokens(world: World, witness: Witness, records: readonly AccessRequest[]): string[] {
  const wrong: string[] = [];
  const shown = new Map<string, string[]>();
  for (const message of shownMessages(world)) {
    const id = idIn(message);
    const r = records.find((one) => one.id === id);
    const tokens = tokensIn(message);
    if (world.isSpoilt(id)) continue;
    if (tokens.length > 0 && !(r && core.mayShowToken(r)))
      wrong.push(
        `${id}: a token is visible in Slack, and the record is ${r?.state}${r && "hidden" in r && r.hidden ? ", hidden" : ""}`,
      );
    shown.set(id, [...(shown.get(id) ?? []), ...tokens]);
  }
  for (const r of records.filter(core.mustShowToken)) {
    const tokens = shown.get(r.id) ?? [];
    if (tokens.length !== 1) wrong.push(`${r.id} is active, and ${tokens.length} tokens of it are visible`);
    else if (world.hub.login(tokens[0] ?? "") !== 200)
      wrong.push(`${r.id} is active, and its token does not work`);
  }
  for (const r of records)
    for (const token of witness.delivered(r.id))
      if (accountOf(token) !== nameOf(r) && world.hub.login(token) !== 401)
        wrong.push(`${r.id}: a token of ${accountOf(token)} works, which gave way to another`);
  for (const r of records.filter(({ state }) => state === "ended"))
    if (witness.works(r.id)) wrong.push(`${r.id} is ended, and its token works`);
  return wrong;
}
