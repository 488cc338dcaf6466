/** The canary, through the hub's own code: one grant of nobody's from its making to its refusal, timed; on one replica, every so often. */
import { CANARY_LIFE_MS, type CanaryStep, canaryRequest, type LastCanary } from "../../domain/canary.ts";
import { MINUTE, SECOND } from "../../domain/duration.ts";
import type { Secret } from "../../domain/secret.ts";
import type { Canaries, Clock, Grants, In, Ports } from "../ports.ts";
import type { Holds } from "../support/holds.ts";
import { removeGrant } from "../support/remove-grant.ts";

const WITHIN_MS = MINUTE;
const BOUND_WITHIN_MS = 5 * SECOND;
/** The hub trusts a token that it saw good for 10 s more. */
const REFUSED_WITHIN_MS = 20 * SECOND;
const LOOK_MS = 250;
/** Whether it is due, and how another replica's went. */
const LOOK_AGAIN_MS = 30 * SECOND;
/** One that failed is tried again sooner. */
const FAILED_AGAIN_MS = 5 * MINUTE;

export interface CanaryStanding {
  intervalMs: number;
  /** Since when this replica looks after it, ms since the epoch. */
  since: number;
  /** By any replica. */
  last: LastCanary | null;
}

export interface CanaryPorts
  extends Pick<Ports, "clock" | "log" | "lease" | "lockdown" | "policy" | "random"> {
  /** Under a label of the canary's own: what is listed there is an earlier one's, left by a replica that died. */
  grants: Grants;
  canaries: Canaries;
  holds: Pick<Holds, "report">;
}

/** `intervalMs`: undefined where none is to run. */
export function createCanary(ports: CanaryPorts, intervalMs: number | undefined) {
  const { clock, canaries } = ports;
  const since = clock.now();
  let last: LastCanary | null = null;
  const isDue = (one: LastCanary | null): boolean => {
    if (intervalMs === undefined) return false;
    const after = one?.failed === undefined ? intervalMs : Math.min(intervalMs, FAILED_AGAIN_MS);
    return one === null || Math.abs(clock.now() - one.at) >= after;
  };
  return {
    standing: (): CanaryStanding | null => (intervalMs === undefined ? null : { intervalMs, since, last }),
    /** Resolves to how many ms later it is to be looked at again. Throws StoreDown, StoreUnsure. */
    async run(signal: AbortSignal): Promise<number> {
      if (intervalMs === undefined) return LOOK_AGAIN_MS;
      last = await canaries.last();
      if (isDue(last))
        await ports.lease.hold("canary", async (held) => {
          last = await canaries.last();
          if (isDue(last)) last = (await fly(ports, AbortSignal.any([signal, held.signal]))) ?? last;
        });
      ports.holds.report("canary", last?.failed === undefined ? [] : [notice(last.failed)]);
      return LOOK_AGAIN_MS;
    },
  };
}

const notice = (failed: string) => ({
  cause: "canary",
  message: `The canary failed: ${failed}`,
  fix: "npm run doctor -- --canary: what else it finds is the cause. Until then a token may not work, or not end",
  notice: true as const,
});

/** Null where nothing may be granted, to nobody either. Throws StoreDown, StoreUnsure. */
async function fly(ports: CanaryPorts, signal: AbortSignal): Promise<LastCanary | null> {
  const { clock, log, grants, policy, canaries } = ports;
  if (await isLocked(ports)) return null;
  const steps: LastCanary["steps"] = {};
  let failed: string | undefined;
  try {
    for (const { key } of await grants.list(signal)) await removeGrant(grants, key, {}, signal);
    const request = canaryRequest(policy, ports.random(), clock.now(), "canary");
    for await (const [step, ms] of flight(grants, request, { clock, signal })) steps[step] = ms;
  } catch (error) {
    // Whoever takes over, or the next one, clears what this one leaves.
    if (signal.aborted) return null;
    failed = error instanceof Error ? error.message : "no usable answer";
  }
  const one: LastCanary = { at: clock.now(), steps, ...(failed === undefined ? {} : { failed }) };
  if (failed === undefined)
    log.info({ canary: steps }, "the canary got a token, used it, and saw it refused");
  await canaries.save(one);
  return one;
}

/** A hub that does not say is tried: that it does not answer is what the canary is to tell. */
const isLocked = ({ lockdown }: CanaryPorts): Promise<boolean> =>
  lockdown.look().then(
    (standing) => standing !== null,
    () => false,
  );

interface FlightMeans {
  clock: Clock;
  signal: AbortSignal;
}

/** Each step and what it took, ms. Whatever happens, nothing of it is left that can be reached. Throws what the hub throws. */
export async function* flight(
  grants: Grants,
  request: In<"approved">,
  { clock, signal: stop }: FlightMeans,
): AsyncGenerator<[CanaryStep, number]> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(WITHIN_MS)]);
  const timed = async <T>(work: Promise<T>): Promise<[T, number]> => {
    const began = clock.now();
    return [await work, clock.now() - began];
  };
  const see = (token: Secret, wanted: "good" | "refused", ms: number) =>
    timed(until({ grants, clock, signal }, token, wanted, ms));
  try {
    const [, made] = await timed(grants.create(request, signal));
    const [{ token }, minted] = await timed(grants.mint(request, CANARY_LIFE_MS, signal));
    yield ["mint", made + minted];
    yield ["use", (await see(token, "good", BOUND_WITHIN_MS))[1]];
    yield ["end", (await timed(removeGrant(grants, request, {}, signal)))[1]];
    yield ["refused", (await see(token, "refused", REFUSED_WITHIN_MS))[1]];
  } finally {
    await removeGrant(grants, request, {}, new AbortController().signal).catch(() => {});
  }
}

async function until(
  { grants, clock, signal }: FlightMeans & { grants: Grants },
  token: Secret,
  wanted: "good" | "refused",
  ms: number,
): Promise<void> {
  for (const late = clock.now() + ms; ; await clock.sleep(LOOK_MS, signal)) {
    const answer = await grants.check(token, signal);
    if (answer === wanted) return;
    if (clock.now() > late)
      throw new Error(`after ${ms / SECOND} s the hub still says "${answer}", not "${wanted}"`);
  }
}
