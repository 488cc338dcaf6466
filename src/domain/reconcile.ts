/** What record and hub together ask for: the one table of sweep, repair and fallback. Pure. */
import { MINUTE } from "./duration.ts";
import { formerOf } from "./former.ts";
import { isAdoptable, isFinal, rowOf } from "./lifecycle.ts";
import type { AccessRequest, In, Verification } from "./request.ts";

/** What stands for one grant, as far as it matters here. */
export interface OnHub {
  generation: number;
  account: {
    createdAt: number;
    deleting: boolean;
    expiresAt: number | null;
    /** A token was on its way to its holder. */
    delivered?: boolean;
  } | null;
  binding: boolean;
  /** It is there, and not as it was made. */
  altered?: boolean;
  /** A later generation stands, so that this one was given up; or it ends by a word that no record need say. */
  superseded?: boolean;
  /** It says what its record does not know, since Redis was restored from before. */
  ahead?: boolean;
}

/** `note`: the account is to say again when it is over. `expel`: it was shown to be gone, and gives access again. */
export type Repair = "nothing" | "adopt" | "remove" | "expel" | "end" | "provision" | "note";

/** An account is made beside its binding: one that has stood without for so long is ending. */
const HALF_FOR_MS = MINUTE;

/**
 * `unknown`: there may be a record, but nobody can read it (no Redis, or not our form): then the hub alone says
 * what is over, and nothing else is touched. `now` is the hub's time.
 */
export function reconcile(record: AccessRequest | "unknown" | null, on: OnHub, now: number): Repair {
  if (record === "unknown") return isOver(on, now) ? "remove" : "nothing";
  if (record === null) return isWhole(on) && on.account?.expiresAt !== null ? "adopt" : remove(on);
  if (record.generation !== on.generation) return ofAnother(record, on);
  const { onHub } = rowOf(record);
  if (onHub === "may-stand") return isWhole(on) ? "nothing" : "provision";
  if (record.state === "active") return ofActive(record, on);
  if (record.state === "ending") return "nothing";
  // Of an undecided request nothing stands, unless Redis is older than the hub.
  if (onHub === "none" && isAdoptable(record) && isWhole(on) && on.account?.delivered) return "adopt";
  // What nobody had a token of may have been made late, by a replica that slept through its end.
  return record.state === "ended" && record.grant && wasGone(record.verification) ? expel(on) : remove(on);
}

/** The hub may be restored from before more time was given: without records, that end would be the grant's. */
function ofActive({ expiresAt }: In<"active">, on: OnHub): Repair {
  if (!isWhole(on) || on.altered) return "end";
  if (on.ahead) return "adopt";
  return (on.account?.expiresAt ?? 0) < expiresAt ? "note" : "nothing";
}

function ofAnother(record: AccessRequest, on: OnHub): Repair {
  const former = formerOf(record).find(({ generation }) => generation === on.generation);
  // As of an ending one: its own step is under way.
  if (former && !former.verification) return "nothing";
  if (former?.verification && wasGone(former.verification)) return expel(on);
  // It was made in the place of the record's own, of a Redis that does not know it any more.
  const isLater = on.generation > record.generation && isWhole(on) && !on.altered && on.account?.delivered;
  return isLater && !isFinal(record) && record.state !== "ending" ? "adopt" : remove(on);
}

const stands = ({ account, binding }: OnHub): boolean => account !== null || binding;
const remove = (on: OnHub): Repair => (stands(on) ? "remove" : "nothing");

/** Restored from a backup, or made by hand. */
const expel = (on: OnHub): Repair => (isWhole(on) ? "expel" : remove(on));
/** By more than its token's time, or an operator's word; and it stood once. */
const wasGone = ({ method }: Verification): boolean => method === "probe" || method === "absence";

/** Only whole it is access that can be told apart from what is ending. */
const isWhole = ({ account, binding }: OnHub): boolean => account !== null && !account.deleting && binding;

const isOver = ({ account, binding, superseded }: OnHub, now: number): boolean => {
  if (superseded) return true;
  if (!account) return false;
  const expired = account.expiresAt !== null && account.expiresAt <= now;
  return expired || account.deleting || (!binding && account.createdAt + HALF_FOR_MS <= now);
};
