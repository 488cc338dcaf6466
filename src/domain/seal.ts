/** A seal of the trail: it lists every entry since the seal before, which it names. Pure. */
import { MINUTE } from "./duration.ts";

export interface Seal {
  /** Its number, from 1. */
  seal: number;
  at: number;
  /** The hashes of what it seals, in the order of the trail. */
  entries: string[];
  /** The place of the last of them. */
  to: string;
  /** The hash of the seal before. */
  prev?: string;
  /** What the hub remembered and Redis did not: whatever was sealed there is lost. */
  gap?: Witnessed;
}

/** A seal as a witness keeps it. */
export interface Witnessed {
  seal: number;
  hash: string;
  at: number;
}

/** The newest, and where it stands on the trail. */
export interface SealHead extends Witnessed {
  place: string;
}

/** So that a seal is one line that every shipper of logs takes whole. */
export const SEALED_AT_ONCE = 100;

/** What comes to the trail is in a seal within this, or something keeps it from that. */
export const SEALED_WITHIN_MS = 10 * MINUTE;

export const isSeal = (entry: object): entry is Seal => "seal" in entry;

/** When a place in the stream was given, ms since the epoch: no earlier than that of any before it. */
export const msOf = (place: string): number => Number(place.split("-")[0]);

/** When an entry came: its writer's clock may have been behind, and it came after the seal before. */
export function cameAt(entry: object, before: Pick<Seal, "at" | "to"> | null): number {
  if (!("at" in entry && typeof entry.at === "number")) return Number.POSITIVE_INFINITY;
  return before ? Math.max(entry.at, Math.min(before.at, msOf(before.to))) : entry.at;
}

/** As people read and type it. */
export const headText = ({ seal, hash }: Pick<Witnessed, "seal" | "hash">): string => `${seal}:${hash}`;

export function headIn(text: string): Pick<Witnessed, "seal" | "hash"> | null {
  const [, seal, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text) ?? [];
  return seal && hash ? { seal: Number(seal), hash } : null;
}
