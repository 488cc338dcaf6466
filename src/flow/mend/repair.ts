/** One grant on which record and hub disagree, looked at afresh under its lease, and put right. new | requested | pending | scheduled | approved | delivering → active; active → ending */
import { BY_BREAK_GLASS } from "../../domain/break-glass.ts";
import { roleNamed } from "../../domain/catalog.ts";
import { caughtUp } from "../../domain/caught-up.ts";
import { isDoubtful } from "../../domain/epoch.ts";
import { formerOf } from "../../domain/former.ts";
import type { RequestId } from "../../domain/ids.ts";
import { rowOf } from "../../domain/lifecycle.ts";
import { type Repair, reconcile } from "../../domain/reconcile.ts";
import type { AccessRequest, In } from "../../domain/request.ts";
import { approversOf } from "../../domain/today.ts";
import { delivered, ending, failed } from "../../domain/transitions.ts";
import type {
  ForeignObject,
  GrantAnnotations,
  GrantKey,
  GrantObjects,
  Ports,
  Recorded,
  Uids,
} from "../ports.ts";
import { commit, follow } from "../support/commit.ts";
import { endTogether } from "../support/end-together.ts";
import { enqueue } from "../support/enqueue.ts";
import { knownLater } from "../support/known-later.ts";
import { removeGrant } from "../support/remove-grant.ts";
import { takeOffUnrecorded } from "../support/take-off-unrecorded.ts";
import { tellUntold } from "./tell-untold.ts";

/** What it removed that was made past the bot. */
export async function repairGrant(
  ports: Ports,
  key: GrantKey,
  signal: AbortSignal,
): Promise<ForeignObject[]> {
  const [record = null] = await ports.requests.getMany([key.id]);
  const on = await ports.grants.find(key, recordedUids(record, key), signal);
  const isOver = record === "unreadable" && (await endTogether(ports, key.id)) !== null;
  const ahead = isAhead(ports, record, on);
  const repair = repairFor(ports, record, on, { superseded: isOver, ahead });
  if (repair === "remove") takeOffUnrecorded(ports, record, on);
  await REPAIRS[repair](ports, on, signal);
  return repair === "remove" && isForged(ports, record, on) && on.bound
    ? [{ ...on.bound, removed: true }]
    : [];
}

/** Both objects, and no record ever asked for them. What bears the name of a grant that is over, a replica that slept may have made late. */
function isForged({ heldBack }: Ports, record: Recorded, { key, account, binding }: GrantObjects): boolean {
  if (record === "unreadable" || !account || !binding) return false;
  // What a Redis that is behind does not know, its own alarm says.
  if (heldBack()?.cause === "redis-behind") return false;
  if (record === null || rowOf(record).onHub === "none") return true;
  return [record, ...formerOf(record)].every(({ generation }) => generation !== key.generation);
}

function recordedUids(record: Recorded, { generation }: GrantKey): Uids {
  if (!record || record === "unreadable") return {};
  const former = formerOf(record).find((one) => one.generation === generation);
  const own = record.generation === generation && "grant" in record ? record.grant : undefined;
  return (former?.grant ?? own) || {};
}

/** What the sweep does about one grant. `superseded`: a later generation of it stands, or nothing of it may. `ahead`: see isAhead. */
export function repairFor(
  { clock }: Pick<Ports, "clock">,
  record: Recorded,
  on: GrantObjects,
  { superseded = false, ahead = false }: { superseded?: boolean; ahead?: boolean } = {},
): Repair {
  const { key, account, binding } = on;
  const standing = {
    generation: key.generation,
    account: account && {
      createdAt: account.createdAt,
      deleting: account.deleting,
      get expiresAt() {
        // Only whole annotations make a record of it.
        return record === null ? (account.annotations?.expiresAt ?? null) : account.expiresAt;
      },
      get delivered() {
        return Boolean(account.annotations?.tokenMessage);
      },
    },
    binding: binding !== null,
    altered: isAltered(record, on),
    ...{ superseded, ahead },
  };
  return reconcile(record === "unreadable" ? "unknown" : record, standing, clock.now());
}

/** Something came to it since the copy from which Redis was restored. */
export function isAhead(ports: Ports, record: Recorded, on: GrantObjects): boolean {
  if (record === null || record === "unreadable" || record.state !== "active") return false;
  if (!isDoubtful(record, { before: ports.epoch.before() })) return false;
  const found = foundOn(ports, on);
  return found !== null && caughtUp(record, found) !== null;
}

/** What was made anew under the same name is another account: no token of the grant is good for it. */
function isAltered(record: Recorded, { key, account, binding }: GrantObjects): boolean {
  if (binding?.altered) return true;
  if (record === null || record === "unreadable" || record.state !== "active") return false;
  if (record.generation !== key.generation) return false;
  const { accountUid, bindingUid } = record.grant;
  return account?.uid !== accountUid || binding?.uid !== bindingUid;
}

/** Of each grant. */
export function latestGenerations(standing: readonly GrantObjects[]): Map<RequestId, number> {
  const latest = new Map<RequestId, number>();
  for (const { key } of standing) noteLatest(latest, key);
  return latest;
}

export const noteLatest = (latest: Map<RequestId, number>, { id, generation }: GrantKey): void =>
  void latest.set(id, Math.max(generation, latest.get(id) ?? 0));

const REPAIRS: Record<Repair, (ports: Ports, on: GrantObjects, signal: AbortSignal) => Promise<void>> = {
  nothing: async () => {},
  remove: removeFound,
  expel: expelReturned,
  adopt: (ports, on) => adoptGrant(ports, on),
  end: endLost,
  provision: async (ports, { key }) => {
    const request = await ports.requests.get(key.id);
    if (request)
      await enqueue(ports, request, (jobs) => jobs.add("timers", "provision", request.id, request.version));
  },
  note: noteAgain,
};

async function removeFound({ grants, log }: Ports, on: GrantObjects, signal: AbortSignal): Promise<void> {
  await removeGrant(grants, on.key, uidsOf(on), signal);
  log.warn({ id: on.key.id }, "removed from the hub: it belonged to no live request");
}

/** Noted first, and once: should this replica die, or the hub not let go of it, a later sweep tells. */
async function expelReturned(ports: Ports, on: GrantObjects, signal: AbortSignal): Promise<void> {
  const { grants, clock, log } = ports;
  const { id, generation } = on.key;
  const untold = { what: "returned", at: clock.now(), generation } as const;
  const isNoted = ({ untold: one }: AccessRequest) =>
    one?.what === untold.what && one.generation === generation;
  const request = await commit(ports, id, (r) => (isNoted(r) ? null : { ...r, untold }));
  await removeGrant(grants, on.key, uidsOf(on), signal);
  log.error({ id, generation }, "stood on the hub again after it was gone; removed");
  void tellUntold(ports, request);
}

async function noteAgain(
  { requests, grants, log }: Ports,
  { key }: GrantObjects,
  signal: AbortSignal,
): Promise<void> {
  const request = await requests.get(key.id);
  if (request?.state !== "active") return;
  await grants.annotate(request, request.grant.accountUid, knownLater(request), signal);
  log.warn({ id: key.id }, "the hub knew of an earlier end; it is told the grant's own again");
}

/** As they stand now. */
export const uidsOf = ({ account, binding }: GrantObjects): Uids => ({
  ...(account ? { accountUid: account.uid } : {}),
  ...(binding ? { bindingUid: binding.uid } : {}),
});

/** Somebody took part of it away behind our back, or made it give something else, or it ends with others: all of it goes, and the end is proved. */
async function endLost(ports: Ports, { key: { id, generation }, binding }: GrantObjects): Promise<void> {
  const now = ports.clock.now();
  const cause = binding?.altered ? "altered" : "lost";
  const together = cause === "lost" ? await endTogether(ports, id) : null;
  let isNews = false;
  const request = await commit(ports, id, (r) => {
    // Its holder may have another token by now, whose account stands.
    isNews = r.state === "active" && r.generation === generation;
    if (r.state !== "active" || !isNews) return null;
    const next = ending(r, together ?? { cause: now >= r.expiresAt ? "expired" : cause, at: now });
    return next && cause === "altered" ? { ...next, untold: { what: cause, at: now } } : next;
  });
  if (!isNews || together) return;
  ports.log.warn({ id, cause }, "the hub no longer has this grant as it was made; ending it");
  void tellUntold(ports, request);
}

/** It stands whole, and its holder may have its token. */
export const wasDelivered = ({ account, binding }: GrantObjects): boolean =>
  binding !== null && account !== null && !account.deleting && Boolean(account.annotations?.tokenMessage);

/**
 * Redis lost the record, or has an older one: the account's annotations are enough to end it on time. `asLong`: as its
 * record has it, whatever was given since.
 */
export async function adoptGrant(ports: Ports, on: GrantObjects, { asLong = false } = {}): Promise<void> {
  const { key } = on;
  const found = foundOn(ports, on);
  if (!found) return;
  // What a Redis that is behind does not know, its own alarm says.
  const isNews = ports.heldBack()?.cause !== "redis-behind" && !telling.has(ports.admins);
  const untold = isNews ? { untold: { what: "adopted", at: ports.clock.now() } as const } : {};
  let request: AccessRequest = { ...found, ...untold };
  const isNew = await ports.requests.adopt(request);
  if (isNew) await follow(ports, null, request);
  else
    request = await commit(ports, key.id, (r) => {
      const seen = asLong && r.state === "active" ? { ...found, expiresAt: r.expiresAt } : found;
      const next = delivered(r, seen);
      if (!next) return caughtUp(r, seen);
      // A token in the place of its own is as unheard of.
      return r.state === "active" ? { ...next, ...untold } : next;
    });
  ports.log.warn({ id: key.id }, "adopted from the hub: Redis did not know that it stands");
  if (on.binding?.altered) return endLost(ports, on);
  const together = await endTogether(ports, key.id);
  if (together) request = await commit(ports, key.id, (r) => ending(r, together));
  // Nobody was shown its token: as what an older copy calls approved, it ends, and is asked for again.
  else if (isNew && !wasDelivered(on))
    request = await commit(ports, key.id, (r) => failed(r, "restored", ports.clock.now()));
  if (isNews) void tellAdopted(ports, request);
}

/** Of many that are adopted at once, one says it all. */
const telling = new WeakSet<Ports["admins"]>();

async function tellAdopted(ports: Ports, request: AccessRequest): Promise<void> {
  telling.add(ports.admins);
  await tellUntold(ports, request);
  telling.delete(ports.admins);
}

const foundOn = (ports: Ports, { key, account, binding }: GrantObjects): In<"active"> | null =>
  account?.annotations && binding
    ? adopted(ports, key, account.annotations, { accountUid: account.uid, bindingUid: binding.uid })
    : null;

function adopted(
  { policy, clock }: Ports,
  { id, role, generation }: GrantKey,
  annotations: GrantAnnotations,
  uids: { accountUid: string; bindingUid: string },
): In<"active"> {
  const { requester, clusterRole, reason, approvedBy, qualified, approvedAt } = annotations;
  const { startsAt, expiresAt, tokenMessage, delivery, signedBy, tokenExpiresAt = expiresAt } = annotations;
  const { duration = expiresAt - (startsAt ?? approvedAt) } = annotations;
  const now = roleNamed(policy.roles, role);
  const shown = delivery === "reveal" ? { shows: "reveal" } : ({ shows: "shown", token: "shown" } as const);
  return {
    state: "active",
    id,
    version: 0,
    requester,
    role,
    clusterRole,
    reason,
    duration,
    ...(delivery && { delivery }),
    ...(startsAt !== undefined && { startsAt }),
    requestedAt: approvedAt,
    enteredAt: clock.now(),
    closesAt: approvedAt,
    adopted: true,
    approvers: [...((now && approversOf(now)) ?? [])],
    ...(qualified.startsWith(BY_BREAK_GLASS) && {
      emergency: { review: [...(now?.breakGlass?.review ?? [])], reviews: [] },
    }),
    policy: policy.digest,
    terms: 1,
    revision: 1,
    generation,
    messages: tokenMessage ? { token: { ...tokenMessage, ...shown, revision: 1 } } : {},
    decision: { by: approvedBy, qualified, at: approvedAt },
    expiresAt,
    grant: { ...uids, tokenExpiresAt: Math.max(expiresAt, tokenExpiresAt), shortened: false, signedBy },
    hidden: false,
    reminded: [],
  };
}
