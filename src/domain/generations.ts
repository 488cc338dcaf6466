/** The generations of a grant: a new token is one more, and each before it goes from the hub as a grant that ends. Pure. */
import { HOUR } from "./duration.ts";
import { asEnding, formerOf, leaving } from "./former.ts";
import { replacedToTry } from "./left-tokens.ts";
import { lateFor } from "./lifecycle.ts";
import { withTokenAside } from "./messages.ts";
import { outageNow, quietUntil } from "./outage.ts";
import { Refused } from "./refusal.ts";
import type { AccessRequest, Former, Grant, In, Outage, Verification } from "./request.ts";
import { contradicted, deleted, ended, withOutage, withoutOutage } from "./transitions.ts";

export const NEW_TOKENS_AN_HOUR = 5;

/** What its holder said of the token that gives way. */
export type Said = Extract<Former["why"], "lost" | "leaked">;

/**
 * active | delivering → approved: the next generation is made as soon as the binding of this one is gone; the end stays.
 * A leak that is said of a token which gives way already changes what is known of it. `on`: the message on which it is
 * said, by its ts. `unseen`: see Former. Throws Refused.
 */
export function renewed(
  r: AccessRequest,
  why: Said,
  now: number,
  { on, unseen = false }: { on?: string | undefined; unseen?: boolean } = {},
): AccessRequest {
  const isShown = r.state === "active" || (why === "leaked" && isShownOn(r, on));
  if (!isShown) return saidToo(r, why);
  const { grant, hidden: _, refresh: __, idle: ___, ...kept } = withoutOutage(r as In<"active">);
  // Its messages are still to say so, where it was proved a moment ago.
  const isAwaited = ({ generation, verification }: Former) =>
    !verification ||
    verification.at > now - HOUR ||
    replacedToTry(r).some((one) => one.generation === generation);
  const recent = formerOf(r).filter((one) => isAwaited(one) || one.at > now - HOUR);
  const oldest = recent.filter(({ at }) => at > now - HOUR).at(-NEW_TOKENS_AN_HOUR);
  if (oldest) throw new Refused({ ...tooMany(r), at: oldest.at + HOUR });
  const gone: Former = { generation: r.generation, grant, why, at: now, ...(unseen && { unseen }) };
  return {
    ...kept,
    state: "approved",
    generation: r.generation + 1,
    former: [...recent, gone],
    messages: hiddenAside(r),
  };
}

/** Its holder reads it there, though nobody lived to write that down. */
const isShownOn = (r: AccessRequest, ts: string | undefined): boolean =>
  r.state === "delivering" && r.messages.token?.token === "sending" && r.messages.token.ts === ts;

const tooMany = ({ id, terms, role }: AccessRequest) =>
  ({ kind: "too-many-tokens", id, terms, role, max: NEW_TOKENS_AN_HOUR }) as const;

/** A new token is being made in the place of another. */
export const isRenewing = (r: AccessRequest): boolean =>
  (r.state === "approved" || r.state === "delivering") && formerOf(r).length > 0;

function saidToo(r: AccessRequest, why: Said): AccessRequest {
  if (!isRenewing(r)) throw new Refused(lateFor(r));
  const last = formerOf(r).at(-1);
  if (!last || why !== "leaked" || last.why === "leaked")
    throw new Refused({ kind: "token-coming", id: r.id });
  return { ...r, former: formerOf(r).map((one) => (one === last ? { ...one, why } : one)) } as AccessRequest;
}

/** It bears no token, and a new message rings. */
function hiddenAside({ messages }: AccessRequest): AccessRequest["messages"] {
  const { token } = messages;
  return token && !token.token && token.ts !== "" ? withTokenAside(messages) : messages;
}

/** A generation that goes from the hub, and is not proved gone. */
export interface Going {
  id: AccessRequest["id"];
  role: string;
  generation: number;
  grant: Grant | undefined;
  expiresAt: number;
  deletedAt: number | undefined;
  contradictedAt: number | undefined;
  /** What keeps it from being proved gone. */
  outage: Outage | undefined;
}

/** The record's own last. */
export function goingFrom(r: AccessRequest): Going[] {
  if (!("expiresAt" in r)) return [];
  const { id, role, expiresAt } = r;
  return [...leaving(r), ...(r.state === "ending" ? [r] : [])].map(
    ({ generation, grant, deletedAt, contradictedAt, outage }) => ({
      ...{ id, role, expiresAt, generation, grant, deletedAt, contradictedAt, outage },
    }),
  );
}

export const goingOf = (r: AccessRequest, generation: number): Going | undefined =>
  goingFrom(r).find((one) => one.generation === generation);

/** Both objects were seen gone. */
export const generationDeleted = (r: AccessRequest, generation: number, at: number): AccessRequest | null =>
  changed(r, generation, {
    own: (own) => deleted(own, at),
    former: (one) => ({ ...(quietUntil(asEnding(one)) === null ? one : calm(one)), deletedAt: at }),
  });

/** It stands again: its deletion counts from anew. */
export const generationStands = (r: AccessRequest, generation: number): AccessRequest | null =>
  changed(r, generation, { own: undeleted, former: undeleted });

/** A token was accepted after the deletion. */
export const generationContradicted = (
  r: AccessRequest,
  generation: number,
  now: number,
): AccessRequest | null =>
  changed(r, generation, {
    own: (own) => contradicted(own, now),
    former: (one) => (one.contradictedAt === undefined ? { ...one, contradictedAt: now } : null),
  });

/** The hub allowed a request by its binding after that was deleted. An end that is not proved yet is contradicted by it. */
export function usedLate(
  r: AccessRequest,
  { generation, at }: { generation: number; at: number },
  now: number,
): AccessRequest | null {
  if (!("expiresAt" in r) || r.state === "scheduled" || r.lateUse?.generation === generation) return null;
  const next = { ...r, lateUse: { generation, at } };
  return generationContradicted(next, generation, now) ?? next;
}

/** It is proved gone. */
export const generationGone = (
  r: AccessRequest,
  generation: number,
  verification: Verification,
): AccessRequest | null =>
  changed(r, generation, {
    own: (own) => ended(own, verification),
    former: ({ outage: _, deletedAt: __, contradictedAt: ___, ...one }) => ({ ...one, verification }),
  });

/** Whatever keeps a generation from going keeps its request from ending. */
export const generationTroubled = (
  r: AccessRequest,
  generation: number,
  what: Outage["what"],
  now: number,
): AccessRequest | null =>
  r.state === "ending"
    ? withOutage(r, what, now)
    : changed(r, generation, {
        own: (own) => withOutage(own, what, now),
        former: (one) => formerTroubled(one, what, now),
      });

function formerTroubled(one: Former, what: Outage["what"], now: number): Former | null {
  if (one.outage?.what === "accepted") return null;
  const outage = outageNow(asEnding(one), what, now);
  return outage.what === one.outage?.what && outage.quiet === one.outage.quiet ? null : { ...one, outage };
}

function calm({ outage: _, ...one }: Former): Former {
  return one;
}

/** What was accepted meanwhile is explained by its standing: should it be so again, it is seen again. */
function undeleted<T extends { deletedAt?: number | undefined; contradictedAt?: number | undefined }>({
  deletedAt: _,
  contradictedAt: __,
  ...one
}: T) {
  return one as T;
}

interface Changes {
  own(r: In<"ending">): AccessRequest | null;
  /** Only of what is not proved gone. */
  former(one: Former): Former | null;
}

function changed(r: AccessRequest, generation: number, { own, former }: Changes): AccessRequest | null {
  if (r.state === "ending" && r.generation === generation) return own(r);
  const found = leaving(r).find((one) => one.generation === generation);
  const next = found && former(found);
  if (!next || !("former" in r)) return null;
  return { ...r, former: formerOf(r).map((one) => (one === found ? next : one)) };
}
