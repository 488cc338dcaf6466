/** Tokens that Slack refuses to take away: each is tried daily, for a week and until it is dead; then it is settled as left there. Pure. */
import { isRevealed } from "./delivery.ts";
import { DAY, MINUTE } from "./duration.ts";
import { formerOf } from "./former.ts";
import type { AccessRequest, Granted, Replaced, Stuck } from "./request.ts";

/** Daily. */
export const STUCK_TRIES_MAX = 7;
/** The server takes a token for 60 s past its end (the leeway of JWTs). */
const LEEWAY_MS = MINUTE;

export const replacedOf = (r: AccessRequest): readonly Replaced[] => ("replaced" in r && r.replaced) || [];

/** Those whose tries go on. */
export const replacedToTry = (r: AccessRequest): Replaced[] =>
  replacedOf(r).filter(({ stuck }) => stuck?.deadSince === undefined);

/** When it is tried next; 0 where it was not tried yet. */
export const nextTry = ({ stuck }: Pick<Replaced, "stuck">): number => (stuck ? stuck.triedAt + DAY : 0);

type Token = Pick<Replaced, "generation" | "tokenExpiresAt" | "stuck">;

/** Slack has just refused, once more or for the first time, to take it away. */
export function refusedAgain(r: AccessRequest, token: Token, code: string, now: number): Stuck {
  const tries = (token.stuck?.tries ?? 0) + 1;
  const deadSince = tries < STUCK_TRIES_MAX ? null : deathOf(r, token, now);
  return {
    ...{ code, since: token.stuck?.since ?? now, tries, triedAt: now },
    ...(deadSince !== null && { deadSince }),
  };
}

/** The first that is known, which an operator's word that settles an end does not tell; null while it may work. */
function deathOf(r: AccessRequest, { generation, tokenExpiresAt }: Token, now: number): number | null {
  const former = formerOf(r).filter((one) => one.generation === generation);
  const proofs = [...former, ...(r.state === "ended" ? [r] : [])].flatMap(({ verification }) =>
    verification && verification.method !== "abandoned" ? [verification.at] : [],
  );
  const ownEnd = now < tokenExpiresAt + LEEWAY_MS ? [] : [tokenExpiresAt];
  const known = [...proofs, ...ownEnd];
  return known.length > 0 ? Math.min(...known) : null;
}

/** One that gave way stands in Slack still, and may work. */
export const isOldInSight = (r: AccessRequest, now: number): boolean =>
  replacedToTry(r).some((one) => deathOf(r, one, now) === null);

/** Another token takes its place, and its message stands where it did. */
export function withReplaced<R extends Granted>(
  r: R,
  { channel, ts, generation, tokenExpiresAt, stuck }: Replaced,
): R {
  if (replacedOf(r).some((one) => one.ts === ts)) return r;
  const one = { channel, ts, generation, tokenExpiresAt, ...(stuck && { stuck }) };
  return { ...r, replaced: [...replacedOf(r), one] };
}

/** After one more try: `refused` by Slack for good, or null where its message bears no token any more. */
export function replacedTried(
  r: AccessRequest,
  ts: string,
  refused: string | null,
  now: number,
): AccessRequest | null {
  if (!("replaced" in r) || !replacedToTry(r).some((one) => one.ts === ts)) return null;
  const replaced = replacedOf(r).flatMap((one) => {
    if (one.ts !== ts) return [one];
    return refused === null ? [] : [{ ...one, stuck: refusedAgain(r, one, refused, now) }];
  });
  return { ...r, replaced };
}

/** A token in Slack that is tried no more. */
export interface LeftToken {
  /** Tells it from others of the same request. */
  number: number;
  /** When Slack first refused to take it away. */
  since: number;
  deadSince: number;
}

/** None where a message of its only offered to show one. */
export const leftTokens = (r: AccessRequest): LeftToken[] =>
  [...replacedOf(r), ...(r.messages.token ? [r.messages.token] : [])].flatMap(({ ts, stuck }) =>
    stuck?.deadSince === undefined || isRevealed(r)
      ? []
      : [{ number: Number(ts.replace(".", "")), since: stuck.since, deadSince: stuck.deadSince }],
  );
