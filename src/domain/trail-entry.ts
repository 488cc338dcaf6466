/** An entry of the trail as it is hashed: what people typed stands beside it, so that it can be removed and the hash still holds. Pure. */
import type { AllowanceEntry } from "./allowance.ts";
import type { Attempt } from "./attempt.ts";
import type { PolicyTaken, Transition } from "./audit.ts";
import type { RestoreConfirmed } from "./epoch.ts";
import type { LockdownEntry } from "./lockdown.ts";

export type TrailEntry =
  | Transition
  | AllowanceEntry
  | PolicyTaken
  | LockdownEntry
  | RestoreConfirmed
  | Forgotten
  | Attempt;

/** What people typed about these requests and allowances was removed from the trail. */
export interface Forgotten {
  forgot: string[];
  at: number;
  who: string;
}

export const isTransition = (entry: object): entry is Transition => "generation" in entry;

/** Where the entry itself has a text that stands beside it. */
export const ELSEWHERE = "…";

/** What people typed, in one entry. */
export interface Texts {
  reason?: string;
  /** The end of `why`. */
  said?: string;
  /** Of the approvals, in their order. */
  notes?: string[];
}

/** Those of its fields that may hold what people typed. */
interface WithTexts {
  reason?: string;
  why?: string | null;
  said?: string;
  approvals?: { note?: string | undefined }[];
}

/** Null: nobody typed anything. */
export function apart<E extends object>(entry: E): { bare: E; texts: Texts | null } {
  const { reason, why, said, approvals, ...rest } = entry as E & WithTexts;
  const notes = approvals?.flatMap(({ note }) => note ?? []) ?? [];
  const isEnd = said !== undefined && why?.endsWith(said) === true;
  const texts = {
    ...(reason ? { reason } : {}),
    ...(isEnd && said ? { said } : {}),
    ...(notes.length > 0 ? { notes } : {}),
  };
  const bare = {
    ...rest,
    ...(reason === undefined ? {} : { reason: reason && ELSEWHERE }),
    ...(why === undefined ? {} : { why: isEnd && said ? why.slice(0, -said.length) + ELSEWHERE : why }),
    ...(approvals && {
      approvals: approvals.map((one) => (one.note === undefined ? one : { ...one, note: ELSEWHERE })),
    }),
  };
  return { bare: bare as unknown as E, texts: Object.keys(texts).length > 0 ? texts : null };
}

/** The inverse of `apart`; without texts, where they were removed. */
export function together<E extends object>(bare: E, texts: Texts | null): E {
  const { why, approvals } = bare as WithTexts;
  if (!texts) return bare;
  const { reason, said, notes = [] } = texts;
  const left = [...notes];
  return {
    ...bare,
    ...(reason === undefined ? {} : { reason }),
    ...(said === undefined ? {} : { why: (why ?? "").slice(0, -ELSEWHERE.length) + said, said }),
    ...(approvals && {
      approvals: approvals.map((one) =>
        one.note === undefined ? one : { ...one, note: left.shift() ?? one.note },
      ),
    }),
  };
}

/** The one JSON text of a value (RFC 8785): keys in the order of their UTF-16 code units, no white space. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${fields
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`)
    .join(",")}}`;
}
