/** Access is taken away and the end is proved, however long that takes. active → ending → ended */
import type { RequestId } from "../domain/ids.ts";
import type { Secret } from "../domain/secret.ts";
import { ended, ending } from "../domain/transitions.ts";
import type { In, Later, Ports } from "./ports.ts";
import { enqueue } from "./support/enqueue.ts";
import { reportOutage } from "./support/outage.ts";
import { removeGrant } from "./support/remove-grant.ts";
import { settleAll } from "./support/settle-all.ts";
import { redrawToken } from "./sync-messages.ts";

/** The server caches a token's success for 10 s on each replica: only after that does a refusal prove the end. */
const CACHE = 11_000;
/** A witness is welcome, never waited for. */
const WITNESS_WITHIN = 1_000;
const WITNESS_LIFE = 600_000;
const BUSY = 250;

export async function endGrant(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  if (!request || !("expiresAt" in request) || request.state === "ended") return;
  const now = ports.clock.now();
  if (request.state !== "ending") {
    if (now < request.expiresAt) return { again: request.expiresAt };
    const next = await ports.requests.update(id, (r) => ending(r, { cause: "expired", at: now }));
    await enqueue(ports, "draw", next, now);
  }
  const held = await ports.lease.hold(id, (signal) => takeAway(ports, id, signal));
  return held ? undefined : { again: ports.clock.now() + BUSY };
}

async function takeAway(ports: Ports, id: RequestId, signal: AbortSignal): Promise<void> {
  const request = await ports.requests.get(id);
  if (request?.state !== "ending") return;
  try {
    await reportOutage(ports, id, "hub", () => removeAndProve(ports, request, signal));
  } finally {
    await redrawToken(ports, id);
  }
  const next = await ports.requests.get(id);
  if (next) await enqueue(ports, "draw", next, ports.clock.now());
}

async function removeAndProve(ports: Ports, request: In<"ending">, signal: AbortSignal): Promise<void> {
  const witness = request.deletedAt === undefined ? await callWitness(ports, request, signal) : null;
  const [deletedAt] = await settleAll([remove(ports, request, signal), redrawToken(ports, request.id)]);
  await ports.clock.sleep(Math.max(0, deletedAt + CACHE - ports.clock.now()), signal);
  const method = await proof(ports, request, witness, signal);
  const at = ports.clock.now();
  await ports.requests.update(request.id, (r) => ended(r, { method, deletedAt, at }));
}

/** A token of the account that nobody uses before the account is gone. */
async function callWitness(
  { grants }: Ports,
  request: In<"ending">,
  signal: AbortSignal,
): Promise<Secret | null> {
  if (!request.grant) return null;
  try {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(WITNESS_WITHIN)]);
    return (await grants.mint(request, WITNESS_LIFE, soon)).token;
  } catch {
    return null;
  }
}

/** When both objects were gone: kept in the record, so that a retry does not wait all over again. */
async function remove(ports: Ports, request: In<"ending">, signal: AbortSignal): Promise<number> {
  const { grants, requests, clock } = ports;
  const before = request.deletedAt !== undefined && (await grants.isAbsent(request, signal));
  if (before && request.deletedAt !== undefined) return request.deletedAt;
  await removeGrant(grants, request, request.grant ?? {}, signal);
  const { account, binding } = await grants.find(request, request.grant ?? {}, signal);
  if (account || binding) throw new Error("it still stands on the hub after its deletion");
  const deletedAt = clock.now();
  await requests.update(request.id, (r) => (r.state === "ending" ? { ...r, deletedAt } : null));
  return deletedAt;
}

/** The unused witness is refused while the bot's own credential still reads; else the account's absence. */
async function proof(
  { grants }: Ports,
  request: In<"ending">,
  witness: Secret | null,
  signal: AbortSignal,
): Promise<"probe" | "absence"> {
  const verdict = witness ? await grants.check(witness, signal) : null;
  const { account, binding } = await grants.find(request, request.grant ?? {}, signal);
  if (account || binding) throw new Error("something stands on the hub again after it was removed");
  if (verdict !== null && verdict !== "refused")
    throw new Error("the hub still accepts a token of a removed account");
  return verdict === "refused" ? "probe" : "absence";
}
