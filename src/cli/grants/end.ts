/** `grants end` and `grants abandon`: access ends by an operator's word, with Redis or from the hub alone. */
import { randomUUID } from "node:crypto";
import { SECOND } from "../../domain/duration.ts";
import type { RequestId } from "../../domain/ids.ts";
import { isEndedBy, type MassEnd } from "../../domain/mass-end.ts";
import { Refused } from "../../domain/refusal.ts";
import { isGranted } from "../../domain/request.ts";
import { abandonEnd } from "../../flow/operator/abandon.ts";
import { carryThrough, endByOperator, endOnHub, type OffHub } from "../../flow/operator/end-by-operator.ts";
import { type AccessRequest, isStoreAway, type Ports, type Recorded } from "../../flow/ports.ts";
import { followOnHub } from "../../flow/support/as-on-hub.ts";
import { carryOutMassEnds } from "../../flow/together/mass-end.ts";
import { type Answer, type GrantsMeans, nullIfAway } from "./means.ts";

/** A proof takes 11 s, 13 without a probe token. */
const WAIT_MS = 30 * SECOND;
const MASS_ENDS_MS = 2 * SECOND;

interface Because {
  id: RequestId;
  reason: string;
}

/** Throws Refused, and one sentence where neither Redis nor the hub answers. */
export async function end({ ports, operator }: GrantsMeans, { id, reason }: Because): Promise<Answer> {
  if (!(await takesWrites(ports)))
    return fromHub(
      await endOnHub(ports, { operator, reason: reason || undefined }, ({ key }) => key.id === id),
      `${id} does not stand on Karpor.`,
    );
  const until = ports.clock.now() + WAIT_MS;
  const late = await endByOperator(ports, { id, operator, reason: reason || undefined }).then(
    () => null,
    refused,
  );
  if (late) {
    // A hub that was restored may have it all the same.
    const off = await endUnknown({ ports, operator }, reason, id);
    if (!off?.length) throw late;
    return counted([], off);
  }
  const carry = async () => {
    const [ended] = await carryThrough(ports, [id], until);
    await ports.epoch.settle();
    const done = outcome(id, ended ?? null);
    return { good: done.confirmed, json: done, lines: [done.says] };
  };
  return carry().catch(lost({ id, state: "ending", confirmed: false }, `The end of ${id} is begun.`));
}

function refused(error: unknown): Refused {
  if (error instanceof Refused) return error;
  throw error;
}

/** A Redis that is full, or a replica, answers, and keeps no end. */
const takesWrites = ({ requests }: Pick<Ports, "requests">) => requests.ping().then(() => true, nullIfAway);

/** What was begun before Redis went away stands. Throws any other error. */
export const lost =
  (json: unknown, ...begun: string[]) =>
  (error: unknown): Answer => {
    if (!isStoreAway(error)) throw error;
    return { good: false, json, lines: [...begun, LOST] };
  };

const LOST = "Redis does not answer any more: a running bot goes on, or run this again.";

/** What stands at this moment. What is approved for later still begins; a lockdown keeps it from that. */
export async function endAll(means: GrantsMeans, reason: string): Promise<Answer> {
  const { ports, operator } = means;
  if (!(await takesWrites(ports)))
    return fromHub(
      await endOnHub(ports, { operator, reason: reason || undefined }, () => true),
      "Nothing of ours stands on Karpor.",
    );
  await followOnHub(ports);
  const ids = await everything(ports);
  const one: MassEnd = {
    ...{
      id: `operator-${randomUUID()}`,
      scope: { what: "everything" },
      by: { operator },
      qualified: "operator",
    },
    ...{ reason, at: ports.clock.now(), left: [], stripped: false, troubled: 0 },
  };
  const carry = async () => counted(await endTogether(ports, ids), await endUnknown(means, reason));
  if (ids.length === 0) return carry();
  await ports.massEnds.begin(one);
  const begun = `The end of all ${ids.length} is begun.`;
  return carry().catch(lost({ grants: ids.length, confirmed: 0, open: ids, hub: false }, begun));
}

/** What stands, although Redis does not know it, cannot read it or calls it no grant: of one, or of all; null where the hub does not answer. */
export async function endUnknown(
  { ports, operator }: Pick<GrantsMeans, "ports" | "operator">,
  reason: string,
  id?: RequestId,
): Promise<OffHub[] | null> {
  const within = AbortSignal.timeout(WAIT_MS);
  const listed = id ? ports.grants.standingOf(id, within) : ports.grants.list(within);
  const standing = await listed.catch(() => null);
  if (!standing) return null;
  const found = await ports.requests.getMany(standing.map(({ key }) => key.id));
  const isKnown = (r: Recorded = null) => r !== null && r !== "unreadable" && isGranted(r);
  const unknown = new Set(standing.filter((_, i) => !isKnown(found[i])).map(({ key }) => key.id));
  return unknown.size === 0
    ? []
    : endOnHub(ports, { operator, reason: reason || undefined }, ({ key }) => unknown.has(key.id));
}

export async function everything({ requests }: Pick<Ports, "requests">): Promise<RequestId[]> {
  const ids: RequestId[] = [];
  for await (const batch of requests.unsettled())
    ids.push(...batch.filter((r) => isEndedBy({ what: "everything" }, r)).map(({ id }) => id));
  return ids;
}

/** What a mass end that is begun ends, until each is confirmed or the time is over. */
export async function endTogether(ports: Ports, ids: readonly RequestId[]): Promise<Outcome[]> {
  const over = new AbortController();
  const carrying = (async () => {
    while (!over.signal.aborted) {
      await carryOutMassEnds(ports).catch((error: unknown) =>
        ports.log.warn({ err: error }, "not everything is ended yet; trying on"),
      );
      await ports.clock.sleep(MASS_ENDS_MS, over.signal).catch(() => {});
    }
  })();
  const ended = await carryThrough(ports, ids, ports.clock.now() + WAIT_MS).finally(() => {
    over.abort();
    return carrying;
  });
  await ports.epoch.settle();
  return ids.map((id, i) => outcome(id, ended[i] ?? null));
}

export interface Outcome {
  id: string;
  state: string;
  confirmed: boolean;
  says: string;
}

export function outcome(id: string, r: AccessRequest | null): Outcome {
  if (r?.state === "ended") {
    const { method } = r.verification;
    return {
      id,
      state: r.state,
      confirmed: method in PROOF,
      says: `${id} has ended: ${PROOF[method] ?? "not confirmed"}.`,
    };
  }
  const why = r && "outage" in r && r.outage ? ` (${r.outage.what})` : "";
  const says = `${id} is ending, not confirmed yet${why}: a running bot goes on, or run this again.`;
  return { id, state: r?.state ?? "gone", confirmed: false, says };
}

const PROOF: Record<string, string> = {
  probe: "Karpor refuses its token",
  absence: "its account is gone from Karpor",
  unstarted: "it had not begun, and no token was given out",
};

/** `unknown`: what stood on the hub beside them; null where that does not say. */
export function counted(ended: readonly Outcome[], unknown: readonly OffHub[] | null): Answer {
  const beside = unknown ?? [];
  const all = ended.length + beside.length;
  const open = ended.filter(({ confirmed }) => !confirmed);
  const confirmed = all - open.length - offOpen(beside).length;
  const json = {
    grants: all,
    confirmed,
    open: [...open.map(({ id }) => id), ...offOpen(beside)],
    hub: !!unknown,
  };
  const count = all > 0 ? `${confirmed} of ${all} confirmed ended.` : unknown ? NOTHING : NOTHING_KNOWN;
  const lines = [count, ...open.map(({ says }) => says), ...offLines(beside), ...(unknown ? [] : [NOT_SEEN])];
  return { good: unknown !== null && confirmed === all, json, lines };
}

const NOTHING = "Nothing is granted.";
const NOTHING_KNOWN = "Redis knows of no grant.";
const NOT_SEEN = "Karpor does not answer: what Redis does not know may still stand there. Run this again.";

export const offOpen = (off: readonly OffHub[]): string[] =>
  off.filter(({ confirmed }) => !confirmed).map(({ key }) => key.id);
const offLines = (off: readonly OffHub[]): string[] => offOpen(off).map(mayStand);
export const mayStand = (id: string): string => `${id} may still stand on Karpor: run this again.`;

function fromHub(off: readonly OffHub[], none: string): Answer {
  const json = { redis: false, ended: off.map(({ key, confirmed }) => ({ id: key.id, confirmed })) };
  if (off.length === 0) return { good: false, json, lines: [`Redis does not answer, and ${none}`] };
  const gone = off
    .filter(({ confirmed }) => confirmed)
    .map(({ key }) => `${key.id} has ended: it is gone from Karpor.`);
  return {
    good: offOpen(off).length === 0,
    json,
    lines: [...gone, ...offLines(off), "Redis does not answer: the bot records it when Redis is back."],
  };
}

/** Throws Refused, StoreDown. */
export async function abandon({ ports, operator }: GrantsMeans, { id, reason }: Because): Promise<Answer> {
  const settled = await abandonEnd(ports, { id, operator, reason: reason || undefined });
  if (settled === "not-ending")
    return no(`${id} is not ending, so there is nothing to abandon: end it first with grants end ${id}.`);
  if (settled === "confirmed") return no(`${id} has just been confirmed: there is nothing left to abandon.`);
  if (settled === "too-soon")
    return no(
      `${id} has been ending for less than a minute, and may still be confirmed: wait, or look with grants show ${id}.`,
    );
  const says = `${id} is settled without proof. What still stands on Karpor goes when it answers again.`;
  return { good: true, json: { id, state: settled.state }, lines: [says] };
}

const no = (says: string): Answer => ({ good: false, json: { error: says }, lines: [says] });
