/** What others have, page by page: for approvers of its roles, and for administrators. */
import type { RequestId, UserId } from "../../domain/ids.ts";
import { stillOn } from "../../domain/listing.ts";
import { Refused } from "../../domain/refusal.ts";
import { isGranted } from "../../domain/request.ts";
import type { AccessRequest, Cursor, LivePage, Ports } from "../ports.ts";
import { mayRevoke } from "../revoke.ts";
import { type Qualifies, qualifier } from "../support/qualifier.ts";
import { isSeen, type SeenRoles, seenRoles } from "../support/seen-roles.ts";

export interface ActiveAsked {
  by: UserId;
  role?: string | undefined;
  person?: UserId | undefined;
  after?: Cursor | undefined;
  count: number;
}

export interface ActiveGrants extends LivePage {
  /** Of those shown, what whoever asked may end. */
  endable: ReadonlySet<RequestId>;
}

/** The first to end first. Throws Refused(may-not-see, look-up-failed), StoreDown, ListsBehind, SlackBusy. */
export async function activeGrants(
  ports: Ports,
  asked: ActiveAsked,
  isAmong: Qualifies = qualifier(ports, asked.by),
): Promise<ActiveGrants> {
  const seen = await seenRoles(ports, isAmong);
  if (seen.length === 0 || (asked.role !== undefined && !isSeen(seen, asked.role)))
    throw new Refused({ kind: "may-not-see", role: asked.role });
  const page = await pageOf(ports, seen, asked);
  return { ...page, endable: await endableBy(ports, asked.by, page, isAmong) };
}

function pageOf(
  ports: Ports,
  seen: SeenRoles,
  { role, person, after, count }: ActiveAsked,
): Promise<LivePage> {
  const roles = role === undefined ? seen : [role];
  return person
    ? livePageOf(ports, roles, { person, after, count })
    : ports.lists.live(roles, { after, count });
}

async function livePageOf(
  { requests }: Ports,
  seen: SeenRoles,
  { person, after, count }: { person: UserId; after: Cursor | undefined; count: number },
): Promise<LivePage> {
  const all = (await requests.open(person))
    .filter(stillOn.live)
    .filter(isGranted)
    .filter(({ role }) => isSeen(seen, role))
    .map((request) => ({ request, at: { at: request.expiresAt, id: request.id } }))
    .sort((a, b) => inOrder(a.at, b.at));
  const rest = after ? all.filter(({ at }) => inOrder(after, at) < 0) : all;
  return { shown: rest.slice(0, count), total: all.length };
}

const inOrder = (a: Cursor, b: Cursor): number => a.at - b.at || (a.id < b.id ? -1 : Number(a.id !== b.id));

/** What ends already need not be ended. */
async function endableBy(ports: Ports, by: UserId, { shown }: LivePage, isAmong: Qualifies) {
  const may = async (r: AccessRequest) =>
    r.state !== "ending" && (r.requester.id === by || (await isAmong(mayRevoke(ports, r))));
  const found = await Promise.all(
    shown.map(async ({ request }) => ((await may(request)) ? request.id : null)),
  );
  return new Set(found.filter((id) => id !== null));
}
