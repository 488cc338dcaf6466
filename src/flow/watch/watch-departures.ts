/** Who left is noticed at once by Slack's events, and within the hour where none came: a look at all groups, and one at all holders. */
import { type Found, isWatched, judged, principalsNamed, type Watched } from "../../domain/departure.ts";
import { areGroupsDue, type DirectoryLook, isPeopleDue } from "../../domain/directory-look.ts";
import { SECOND } from "../../domain/duration.ts";
import type { GroupSeen } from "../../domain/group-seen.ts";
import { GroupId, type RequestId, type UserId } from "../../domain/ids.ts";
import { isStoreAway, type Ports, SlackBusy } from "../ports.ts";
import { commit } from "../support/commit.ts";
import { underEach } from "../support/disputed.ts";
import { enqueue } from "../support/enqueue.ts";
import { foundOf, groupsNow } from "./check-departure.ts";

const LOOK_MS = 2 * SECOND;
const AWAY_MS = 30 * SECOND;

/** Resolves to the ms until it is to be called again. */
export const watchGroups = (ports: Ports): Promise<number> => calmly(ports, () => lookAtGroups(ports));
/** The list of everybody may take minutes: a stop does not wait for it. */
export const watchPeople = (ports: Ports, signal: AbortSignal): Promise<number> =>
  calmly(ports, () => lookAtPeople(ports, signal), signal);

async function calmly({ log }: Ports, work: () => Promise<void>, signal?: AbortSignal): Promise<number> {
  try {
    await work();
    return LOOK_MS;
  } catch (error) {
    if (signal?.aborted) return LOOK_MS;
    // Whoever made the connection reports its outages.
    if (isStoreAway(error)) return LOOK_MS;
    if (error instanceof SlackBusy) return Math.max(error.retryAfterMs, LOOK_MS);
    log.warn({ err: error }, "could not be looked up who left; trying on");
    return AWAY_MS;
  }
}

/** One replica at a time: those who are not where they must be are doubted, and looked at again. */
async function lookAtGroups(ports: Ports): Promise<void> {
  const { looks, lease, clock } = ports;
  if (!areGroupsDue(await looks.last(), clock.now())) return;
  await lease.hold("groups", async () => {
    const { asked, look } = await looks.last();
    const at = clock.now();
    const each = await underEach(ports);
    const groups = await groupsNow(ports, each, look?.groups ?? {});
    const keep = (seen: DirectoryLook["groups"], answers: number) =>
      looks.keep({ ...look, asked: answers, at, groups: seen });
    // Before anybody is doubted: the second look compares with it. It answers nobody before all were looked at.
    await keep(groups.seen, asked - 1);
    for await (const request of watched(ports))
      if (request.doubtedAt === undefined)
        await doubt(ports, request, await foundOf(each, request, groups, "show"));
    await keep((await alarm(ports, groups.seen)) ?? groups.seen, asked);
  });
}

async function doubt(ports: Ports, request: Watched, found: Found | null): Promise<void> {
  if (!found) return;
  const now = ports.clock.now();
  await commit(ports, request.id, (r) => (r.doubtedAt === undefined ? judged(r, found, now) : null));
}

/** Administrators hear once of what looks wrong; null where nothing new does. */
async function alarm(ports: Ports, seen: DirectoryLook["groups"]): Promise<DirectoryLook["groups"] | null> {
  const fresh = Object.entries(seen).flatMap(([id, { doubt }]) =>
    doubt && !doubt.told ? [{ id: GroupId.parse(id), ...doubt }] : [],
  );
  if (fresh.length === 0) return null;
  ports.log.error({ groups: fresh }, "user groups look wrong; nobody loses access by them");
  if (!(await ports.admins.tell({ kind: "groups", groups: fresh }))) return null;
  const mark = ({ doubt, ...rest }: GroupSeen): GroupSeen =>
    doubt ? { ...rest, doubt: { ...doubt, told: true } } : rest;
  return Object.fromEntries(Object.entries(seen).map(([id, one]) => [id, mark(one)]));
}

/** Likewise: whom the list of everybody does not show to be a member is looked up alone. */
async function lookAtPeople(ports: Ports, signal: AbortSignal): Promise<void> {
  const { looks, lease, clock, directory } = ports;
  if (!isPeopleDue(await looks.last(), clock.now())) return;
  await lease.hold("people", async () => {
    const at = clock.now();
    const held = new Map<UserId, RequestId[]>();
    for await (const { id, requester } of watched(ports))
      held.set(requester.id, [...(held.get(requester.id) ?? []), id]);
    const unclear = await directory.exceptMembers([...held.keys()], signal);
    await checkEach(
      ports,
      unclear.flatMap((who) => held.get(who) ?? []),
    );
    await looks.keepPeople(at);
  });
}

async function* watched({ requests }: Ports): AsyncGenerator<Watched> {
  for await (const batch of requests.unsettled()) yield* batch.filter(isWatched);
}

/** Each time anew: a job that runs already may have read what was true before. */
async function checkEach(ports: Ports, ids: readonly RequestId[]): Promise<void> {
  const now = ports.clock.now();
  for (const id of ids)
    await enqueue(ports, { id }, (jobs) => jobs.add("messages", "checkDeparture", id, now));
}

/** What they have is looked at at once; and, where they may be `away`, what waits for them. Throws StoreDown, StoreUnsure. */
export async function personChanged(
  ports: Ports,
  { id, away }: { id: UserId; away: boolean },
): Promise<void> {
  const open = (await ports.requests.open(id)).filter(isWatched);
  await checkEach(
    ports,
    open.map((r) => r.id),
  );
  // Slack tells of everybody in the workspace.
  if (away && (await ports.directory.recall(id, principalsNamed(ports.policy))) !== false)
    await groupsChanged(ports);
}

/** Throws StoreDown, StoreUnsure. */
export async function groupsChanged(ports: Ports): Promise<void> {
  await ports.looks.ask();
  await watchGroups(ports);
}
