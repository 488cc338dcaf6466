/** Access is taken away from the hub, however long that takes: binding, then account. active → ending, deleted */
import { SECOND } from "../domain/duration.ts";
import type { RequestId } from "../domain/ids.ts";
import { isGranted } from "../domain/request.ts";
import type { Secret } from "../domain/secret.ts";
import { deleted, ending } from "../domain/transitions.ts";
import { closeExtension } from "./extend-grant.ts";
import { type In, type Later, type Ports, TroubleOutside } from "./ports.ts";
import { commit } from "./support/commit.ts";
import { reportOutage } from "./support/outage.ts";
import { watchProbe } from "./support/probe.ts";
import { settleAll } from "./support/settle-all.ts";

/** After the binding is gone. A probe token is welcome, and not waited for where only it is slow. */
const PROBE_WITHIN_MS = SECOND;
const PROBE_LIFE_MS = 600 * SECOND;
const BUSY_MS = 250;

/** Ends what is over, and takes what is ending off the hub. */
export async function endGrant(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  if (!request || !isGranted(request)) return undefined;
  const now = ports.clock.now();
  if (request.state !== "ending") {
    if (now < request.expiresAt) return { again: request.expiresAt };
    await commit(ports, id, (r) => (isOver(r, now) ? ending(r, { cause: "expired", at: now }) : null), {
      doing: "end",
    });
  }
  const [held] = await settleAll([
    ports.lease.hold(id, (signal) => takeAway(ports, id, signal)),
    closeExtension(ports, request),
  ]);
  return held ? held.done : { again: ports.clock.now() + BUSY_MS };
}

const isOver = (r: object, now: number): boolean => "expiresAt" in r && now >= Number(r.expiresAt);

async function takeAway(ports: Ports, id: RequestId, signal: AbortSignal): Promise<Later> {
  const request = await ports.requests.get(id);
  // What is off the hub is proved by whoever holds its probe token, or at its timer: to look sooner would foil the probe.
  if (request?.state !== "ending" || request.deletedAt !== undefined) return undefined;
  await reportOutage(ports, id, "hub", () => remove(ports, request, signal));
  return undefined;
}

async function remove(ports: Ports, request: In<"ending">, signal: AbortSignal): Promise<void> {
  const { grants } = ports;
  const uids = request.grant ?? {};
  // Side by side: without the binding the token is refused at once, and the probe costs no time.
  const late = new AbortController();
  const minting = mintProbe(ports, request, AbortSignal.any([signal, late.signal]));
  await grants.removeBinding(request, uids, signal);
  const timer = setTimeout(() => late.abort(), PROBE_WITHIN_MS);
  const probe = await minting.finally(() => clearTimeout(timer));
  await grants.removeAccount(request, uids, signal);
  const left = await grants.find(request, uids, signal);
  if (left.account?.deleting) throw new TroubleOutside("stuck", "a deleted account still stands");
  if (left.account || left.binding)
    throw new TroubleOutside("hub", "something still stands after its deletion");
  const deletedAt = ports.clock.now();
  const next = await commit(ports, request.id, (r) => deleted(r, deletedAt), { doing: "end" });
  if (probe && next.state === "ending") watchProbe(ports, next, probe);
}

/** A token of the account that nobody uses before the account is gone; null where that takes long. */
async function mintProbe(
  { grants }: Ports,
  request: In<"ending">,
  signal: AbortSignal,
): Promise<Secret | null> {
  if (!request.grant) return null;
  try {
    return (await grants.mint(request, PROBE_LIFE_MS, signal)).token;
  } catch {
    return null;
  }
}
