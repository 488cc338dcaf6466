/** One grant on which record and hub disagree, looked at afresh under its lease, and put right. */
import { type In, isOnHub } from "../domain/request.ts";
import { ending } from "../domain/transitions.ts";
import type { GrantAnnotations, GrantKey, GrantObjects, Ports } from "./ports.ts";
import { enqueue } from "./support/enqueue.ts";
import { removeGrant } from "./support/remove-grant.ts";

export async function repairGrant(ports: Ports, key: GrantKey, signal: AbortSignal): Promise<void> {
  const { requests, grants } = ports;
  const before = await requests.get(key.id);
  const uids = before && "grant" in before ? (before.grant ?? {}) : {};
  const standing = await grants.find(key, uids, signal);
  const record = await requests.get(key.id);
  if (!record) return adoptOrRemove(ports, standing, signal);
  if (!isOnHub(record) || record.generation !== key.generation) return remove(ports, standing, signal);
  if (record.state === "active" && !isWhole(standing)) await endLost(ports, record);
}

const isWhole = ({ account, binding }: GrantObjects): boolean =>
  account !== null && !account.deleting && binding !== null;

async function remove(
  { grants, log }: Ports,
  { key, account, binding }: GrantObjects,
  signal: AbortSignal,
): Promise<void> {
  if (!account && !binding) return;
  const uids = { ...(account && { accountUid: account.uid }), ...(binding && { bindingUid: binding.uid }) };
  await removeGrant(grants, key, uids, signal);
  log.warn({ id: key.id }, "removed from the hub: it belonged to no live request");
}

/** Somebody took part of it away behind our back: the rest goes too, and the end is proved. */
async function endLost(ports: Ports, { id }: In<"active">): Promise<void> {
  const now = ports.clock.now();
  const next = await ports.requests.update(id, (r) =>
    r.state === "active" ? ending(r, { cause: now >= r.expiresAt ? "expired" : "lost", at: now }) : null,
  );
  ports.log.warn({ id }, "the hub no longer has this grant whole; ending it");
  await enqueue(ports, "end", next, now);
  await enqueue(ports, "draw", next, now);
}

/** Redis lost the record: the account's notes are enough to end it on time. What says less is removed. */
async function adoptOrRemove(ports: Ports, standing: GrantObjects, signal: AbortSignal): Promise<void> {
  const { account, binding, key } = standing;
  if (!account?.annotations || account.deleting || !binding) return remove(ports, standing, signal);
  const request = adopted(ports, key, account.annotations, {
    accountUid: account.uid,
    bindingUid: binding.uid,
  });
  if (!(await ports.requests.adopt(request))) return;
  ports.log.warn({ id: key.id }, "adopted from the hub: Redis had no record of it");
  await enqueue(ports, "end", request, request.expiresAt, request.expiresAt);
}

function adopted(
  { policy }: Ports,
  { id, role, generation }: GrantKey,
  notes: GrantAnnotations,
  uids: { accountUid: string; bindingUid: string },
): In<"active"> {
  const { requester, clusterRole, reason, approvedAt, expiresAt } = notes;
  return {
    state: "active",
    id,
    version: 0,
    requester,
    role,
    clusterRole,
    reason,
    duration: expiresAt - approvedAt,
    requestedAt: approvedAt,
    closesAt: approvedAt,
    approvers: [],
    policy: policy.digest,
    terms: 1,
    generation,
    messages: {},
    decision: { by: notes.approvedBy, qualified: notes.qualified, at: approvedAt },
    expiresAt,
    grant: { ...uids, tokenExpiresAt: expiresAt, shortened: false },
    hidden: false,
    reminded: [],
  };
}
