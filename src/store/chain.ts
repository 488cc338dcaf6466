/** Entries of the trail, chained: each holds the hash of the one before it of the same request or allowance. */
import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { parseJson } from "../domain/json.ts";
import { isSeal, type Seal } from "../domain/seal.ts";
import { apart, canonical, type Texts, type TrailEntry, together } from "../domain/trail-entry.ts";

/** The last entry of a request: its number, from 1, and its hash. */
export interface Link {
  n: number;
  hash: string;
}

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/** What an entry says of its place, and is hashed with it. */
const Place = z.object({
  /** Of its request's entries, from 1; none where it is no request's. */
  n: z.int().positive().optional(),
  /** The hash of the one before. */
  prev: Hash.optional(),
  /** Of what people typed, with its salt: nobody finds a removed text by trying. */
  texts: Hash.optional(),
  /** Of the command line: no replica logged it as it was written, so whoever seals it does. */
  cli: z.literal(true).optional(),
});

/** Who writes: a replica, or the command line. */
export type Source = Pick<z.infer<typeof Place>, "cli">;

export const Chain = Place.extend({ hash: Hash });
export type Chain = z.infer<typeof Chain>;

/** What people typed; the salt goes with it. */
export const Beside = z.object({
  salt: z.string(),
  reason: z.string().optional(),
  said: z.string().optional(),
  notes: z.array(z.string()).optional(),
});
export type Beside = Texts & { salt: string };

/** One entry, as the log and an export have it: `texts` can be left out, and the rest still verifies. */
export interface TrailLine<E = TrailEntry> {
  trail: E;
  texts?: Beside | undefined;
  chain: Chain;
}

/** As Redis takes it in. */
export interface Chained<E = TrailEntry> {
  /** As it was given. */
  whole: E;
  line: TrailLine<E>;
  /** What is hashed. */
  entry: string;
  /** Empty: none. */
  beside: string;
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** `last`: of its request's; null where it is the first, left out where it is no request's. */
export function chained<E extends TrailEntry | Seal>(
  whole: E,
  last?: Link | null,
  { cli }: Source = {},
): Chained<E> {
  const { bare, texts } = apart(whole);
  const beside = texts && { ...texts, salt: randomBytes(16).toString("base64url") };
  const place = {
    ...(last === undefined ? {} : { n: (last?.n ?? 0) + 1 }),
    ...(last ? { prev: last.hash } : {}),
    ...(beside ? { texts: hashOf(beside) } : {}),
    ...(cli ? { cli } : {}),
  };
  const entry = canonical({ ...bare, chain: place });
  const line = {
    trail: bare,
    ...(beside ? { texts: beside } : {}),
    chain: { ...place, hash: sha256(entry) },
  };
  return { whole, line, entry, beside: beside ? canonical(beside) : "" };
}

const hashOf = (beside: Beside): string => sha256(canonical(beside));

/** As Redis keeps it beside the record. */
export const linkText = ({ line: { chain } }: { line: Pick<TrailLine, "chain"> }): string =>
  `${chain.n} ${chain.hash}`;

/** Null where the record was made by a version that chained nothing. */
export function linkIn(text: string | null | undefined): Link | null {
  const [, n, hash] = /^(\d+) ([0-9a-f]{64})$/.exec(text ?? "") ?? [];
  return n && hash ? { n: Number(n), hash } : null;
}

/** The last that a date can have, either way. */
const LAST_MS = 8.64e15;
/** Milliseconds since the epoch. */
export const Ms = z.number().min(-LAST_MS).max(LAST_MS);

const Text = z.string().nullish();
const When = Ms.nullish();
const Said = z.looseObject({
  ...{ id: Text, from: Text, to: Text, who: Text, why: Text, said: Text, qualified: Text, extends: Text },
  ...{ requester: Text, askedBy: Text, role: Text, clusterRole: Text, reason: Text, policy: Text },
  ...{ took: Text, was: Text, lockdown: Text, restore: Text, attempt: Text },
  ...{ at: When, startsAt: When, expiresAt: When, tokenExpiresAt: When, began: When, before: When },
  verification: z.looseObject({ method: z.string(), deletedAt: Ms, at: Ms }).nullish(),
  approvals: z.array(z.looseObject({ who: z.string(), note: Text })).optional(),
  forgot: z.array(z.string()).optional(),
});

/** What says that it is a seal and is none proves nothing. */
const SealShape = z.looseObject({
  seal: z.int().positive(),
  at: Ms,
  entries: z.array(z.string()),
  to: z.string(),
  prev: z.string().optional(),
  gap: z.object({ seal: z.int(), hash: z.string(), at: Ms }).optional(),
});

/** Of an entry or a seal, whatever the version that wrote it: what its readers rest on. */
export const isOfTrail = (said: object): boolean => (isSeal(said) ? SealShape : Said).safeParse(said).success;

const Stored = z.looseObject({ chain: Place.default({}) }).refine(isOfTrail);

/** What stands in Redis, as a line: one that is none of ours, as anybody can put there, says nothing, and is found by its hash. */
export function lineOf(entry: string, beside?: string): TrailLine<TrailEntry | Seal> {
  const { chain, ...bare } = Stored.safeParse(parseJson(entry)).data ?? { chain: {} };
  const texts = Beside.safeParse(parseJson(beside ?? "")).data;
  return {
    trail: bare as unknown as TrailEntry | Seal,
    ...(texts ? { texts: texts as Beside } : {}),
    chain: { ...chain, hash: sha256(entry) },
  };
}

/** The entry with what people typed, as far as that is there. */
export const wholeOf = <E extends object>({ trail, texts }: Pick<TrailLine<E>, "trail" | "texts">): E =>
  together(trail, texts ?? null);

/** The hash that an entry ought to have, and whether what people typed is as it was; `gone` where it was removed. */
export function hashesOf({ trail, texts, chain }: TrailLine<object>): {
  hash: string;
  texts: "same" | "gone" | "other";
} {
  const { hash: _, ...place } = chain;
  const found = texts && hashOf(texts);
  return {
    hash: sha256(canonical({ ...trail, chain: place })),
    texts: found === place.texts ? "same" : found === undefined ? "gone" : "other",
  };
}
