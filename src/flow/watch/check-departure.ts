/** One request whose holder, or approvers, may have left, looked at afresh: who left the workspace loses it at once, anything else is looked at again a minute later. pending → refused; scheduled → ended; approved | delivering | active → ending */

import { departureBy, lookAgainAt } from "../../domain/departed.ts";
import {
  decidersAmong,
  type Found,
  type GroupsNow,
  isWatched,
  judged,
  outsideBy,
  outsideOf,
  principalsNamed,
  renamed,
  type Watched,
} from "../../domain/departure.ts";
import { SECOND } from "../../domain/duration.ts";
import { seeGroup } from "../../domain/group-seen.ts";
import { isGroup, type RequestId } from "../../domain/ids.ts";
import { isGranted } from "../../domain/request.ts";
import {
  approversAsked,
  approversToday,
  everAsked,
  everToday,
  isChanged,
  neededOf,
  roleToday,
} from "../../domain/today.ts";
import { type Lane, type Later, type Ports, SlackBusy, StoreDown, StoreUnsure } from "../ports.ts";
import { followHub, followHubIfThere } from "../support/as-on-hub.ts";
import { commit, messageJob } from "../support/commit.ts";
import { underEach } from "../support/disputed.ts";

/** While Slack does not answer, nobody is taken to have left. */
const AWAY_MS = 15 * SECOND;

/** In Slack's own lane: ends wait in that of the timers. */
export async function checkDeparture(ports: Ports, id: RequestId, lane: Lane = "messages"): Promise<Later> {
  const request = await ports.requests.get(id);
  if (!request || !isWatched(request)) return undefined;
  if (lane === "timers") return leaveToSlack(ports, request);
  try {
    await check(ports, request);
    return undefined;
  } catch (error) {
    if ([SlackBusy, StoreDown, StoreUnsure].some((kind) => error instanceof kind)) throw error;
    ports.log.warn({ id, err: error }, "could not be looked up whether anybody left; trying on");
    return { again: ports.clock.now() + AWAY_MS };
  }
}

async function leaveToSlack(ports: Ports, request: Watched): Promise<Later> {
  const at = lookAgainAt(request);
  if (at !== null && ports.clock.now() < at) return { again: at };
  await messageJob(ports, "checkDeparture", request);
  return undefined;
}

async function check(ports: Ports, request: Watched): Promise<void> {
  const { role, id } = request;
  const { found, name } = await look(ports, request);
  // What is granted ends, also where the hub is away.
  if (found) await (isGranted(request) ? followHubIfThere : followHub)(ports, request);
  const now = ports.clock.now();
  await commit(
    ports,
    id,
    (r) => {
      const known = (name !== undefined && isWatched(r) && renamed(r, name)) || r;
      // Of another role, others may ask: that is looked at anew.
      const next = r.role === role ? judged(known, found, now) : null;
      return next ?? (known === r ? null : known);
    },
    { replicated: found !== null },
  );
}

async function look(ports: Ports, request: Watched): Promise<{ found: Found | null; name?: string }> {
  const at = lookAgainAt(request);
  // The second look is at what the first one saw.
  if (at !== null && ports.clock.now() >= at) return { found: await lookAtGroups(ports, request) };
  const { standing, name } = await ports.directory.person(request.requester.id, "watch");
  const left = departureBy(standing);
  return { found: left ? { left } : await lookAtGroups(ports, request), name };
}

async function lookAtGroups(ports: Ports, request: Watched): Promise<Found | null> {
  const each = await underEach(ports);
  const { look } = await ports.looks.last();
  const groups = await groupsNow(ports, each, look?.groups ?? {});
  // Whoever looks at all of them tells the administrators.
  const unheard = Object.entries(groups.seen).some(([id, { doubt }]) => doubt && !look?.groups[id]?.doubt);
  if (unheard) await ports.looks.ask();
  return foundOf(each, request, groups, "watch");
}

/** Each that a policy names, compared with how it was seen before. Throws what the directory throws. */
export async function groupsNow(
  { directory, clock }: Ports,
  each: readonly Ports[],
  before: GroupsNow["seen"],
): Promise<GroupsNow> {
  const named = [...new Set(each.flatMap(({ policy }) => principalsNamed(policy)))].filter(isGroup);
  const members = await directory.groups(named, "watch");
  const now = clock.now();
  const seen = Object.fromEntries(
    named.map((id) => [id, seeGroup(before[id], members.get(id) ?? null, now)]),
  );
  return { members, seen };
}

/** By every policy that replicas go by: what one of them still allows stays. Throws what the directory throws. */
export async function foundOf(
  each: readonly Ports[],
  request: Watched,
  groups: GroupsNow,
  purpose: "show" | "watch",
): Promise<Found | null> {
  const outside = each.map(({ policy }) => outsideOf(request, policy, groups));
  const [list, under] = [outside[0], each[0]];
  if (list && under && outside.every((one) => one !== undefined))
    return { left: outsideBy(request, list, under.policy, groups) };
  if (request.state !== "pending" || request.approvers.length === 0) return null;
  const lacks = await Promise.all(each.map((under) => lackOf(under, request, groups, purpose)));
  const [first = null] = lacks;
  return lacks.every((lack) => lack !== null) && first ? { lack: first } : null;
}

/** Whether too few are left to decide, of those who were asked; `others`: those who are asked when nobody decides would be enough. */
async function lackOf(
  { directory, policy }: Ports,
  request: Watched,
  groups: GroupsNow,
  purpose: "show" | "watch",
): Promise<"everybody" | "others" | null> {
  const role = roleToday(request, policy.roles);
  // Whoever decides is told that the rules changed.
  if (isChanged(role)) return null;
  const needed = neededOf(request, role);
  const isLacking = async (asked: Parameters<typeof decidersAmong>[1], today: typeof asked | null) => {
    const able = decidersAmong(request, asked, today ?? asked, groups);
    return able !== null && (await directory.countMembers(able, needed, purpose)) < needed;
  };
  if (!(await isLacking(approversAsked(request), approversToday(request, role)))) return null;
  const ever = everAsked(request);
  return (await isLacking(ever, everToday(role))) ? "everybody" : "others";
}
