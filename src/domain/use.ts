/** What was done with a grant, as the hub's audit log tells it: each request counts once, under its grant. Pure. */
import { z } from "zod";
import { MINUTE } from "./duration.ts";
import type { RequestId } from "./ids.ts";
import type { AskedRight } from "./rights.ts";

/** Of the requests that change something the last so many are kept. */
export const CHANGES_MOST = 100;
/** Of a grant so many different rights that its requests took are told apart. */
export const RIGHTS_MOST = 200;

const Ms = z.number();

/** A request that was to change something. */
export const UseChange = z.object({
  at: Ms,
  /** As HTTP calls it. */
  method: z.string(),
  /** Without its query. */
  path: z.string(),
  /** The status of the answer; 0 where the hub names none. */
  code: z.int(),
});
export type UseChange = z.infer<typeof UseChange>;

/** Each request is one of these: it only reads, it changes something, or it is refused, whatever it was to do. */
export const USE_KINDS = ["reads", "changed", "refused"] as const;
export type UseKind = (typeof USE_KINDS)[number];

/** Of this time not all is known. `to`: null where that goes on to the end. */
export const Gap = z.object({ from: Ms, to: Ms.nullable() });
export type Gap = z.infer<typeof Gap>;

/** Times are milliseconds since the epoch, by the hub's clock. */
export const Use = z.object({
  first: Ms.nullable(),
  last: Ms.nullable(),
  reads: z.int(),
  changed: z.int(),
  refused: z.int(),
  /** The last ones, oldest first. */
  changes: z.array(UseChange),
  /** So many different ones. */
  addresses: z.int(),
  agents: z.int(),
  /** Which ones, where the configuration has them listed. */
  from: z.array(z.string()).optional(),
  by: z.array(z.string()).optional(),
});
export type Use = z.infer<typeof Use>;

/** As far as it is known: within its grant's time. */
export const SeenUse = Use.extend({ gaps: z.array(Gap) });
export type SeenUse = z.infer<typeof SeenUse>;

export const NO_USE: SeenUse = {
  ...{ first: null, last: null, reads: 0, changed: 0, refused: 0, addresses: 0, agents: 0 },
  ...{ changes: [], gaps: [] },
};

export const usesIn = ({ reads, changed, refused }: Pick<Use, UseKind>): number => reads + changed + refused;

/** One request to the hub with a grant's token. */
export interface ObservedUse {
  id: RequestId;
  at: number;
  /** A watch lasts. */
  answeredAt: number;
  /** The same whenever the hub tells of it again, and no other request's. */
  event: string;
  kind: UseKind;
  /** Where it was to change something, refused or not. */
  change: Omit<UseChange, "at"> | null;
  /** What it took; `any`: whoever has a grant may do it. Null where that cannot be told. */
  right: AskedRight | "any" | null;
  address: string;
  agent: string;
}

/** What one batch of the hub tells. */
export interface HubTold {
  uses: readonly ObservedUse[];
  /** Up to when the hub is heard: its latest event of the bot's own heartbeat; null where there is none in it. */
  heardAt: number | null;
}

/** How far the hub's word reaches. */
export interface Coverage {
  /** The latest heartbeat that came back; null where none ever did. */
  heard: number | null;
  /** When the latest was sent. */
  sent: number | null;
  /** Those that are over. `from`: 0 where nothing was heard before. */
  gaps: readonly { from: number; to: number }[];
}

/** One request a heartbeat. */
export const HEARTBEAT_MS = 2 * MINUTE;
/** What it was told of is known for so long: the hub gives a batch up long before. */
export const RETOLD_WITHIN_MS = 15 * MINUTE;
/**
 * Until a batch has had its last try: kube-apiserver sends it five times, 10 s apart at first, then each time half as
 * long again, a fifth more at most (k8s.io/apiserver/pkg/util/webhook); it waits 5 s before (deploy/karpor-flags).
 */
export const RESENT_WITHIN_MS = 2 * MINUTE;
/** Two that did not come are a gap: so many batches may have been given up. */
export const GAP_AFTER_MS = 2 * HEARTBEAT_MS + MINUTE;
/** What was heard later than so long from now was heard by a clock that was ahead. */
export const AHEAD_MS = MINUTE;
/** Without one for so long, people are told that what the hub tells is not complete. */
export const SILENT_AFTER_MS = 10 * MINUTE;

export const isSilent = ({ heard }: Pick<Coverage, "heard">, now: number): boolean =>
  heard === null || now - heard > SILENT_AFTER_MS;

/** What was done before is told, also where the hub sent it again. */
export const isHeard = ({ heard }: Pick<Coverage, "heard">, at: number): boolean =>
  (heard ?? 0) >= at + RESENT_WITHIN_MS;

/** What was told and not taken by then: whole minutes, for many are one gap. The last is not over yet. */
export const missedBy = (at: number): Coverage["gaps"][number] => ({
  from: Math.floor((at - RESENT_WITHIN_MS) / MINUTE) * MINUTE,
  to: Math.ceil(at / MINUTE) * MINUTE,
});

/** What is not known of this time. `to`: null where it goes on. */
export function gapsIn(
  coverage: Coverage,
  { from, to }: { from: number; to: number | null },
  now: number,
): Gap[] {
  const open = isSilent(coverage, now) ? [{ from: coverage.heard ?? 0, to: null }] : [];
  return joined([...coverage.gaps, ...open])
    .filter((gap) => (gap.to ?? now) > from && gap.from < (to ?? now))
    .map((gap) => ({
      from: Math.max(gap.from, from),
      to: gap.to === null || (to !== null && gap.to >= to) ? null : gap.to,
    }));
}

/** Those that overlap are one. */
function joined(gaps: readonly Gap[]): Gap[] {
  const all: Gap[] = [];
  for (const gap of gaps.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (!last || endOf(last) <= gap.from) all.push(gap);
    else if (endOf(gap) > endOf(last)) all[all.length - 1] = { from: last.from, to: gap.to };
  }
  return all;
}

const endOf = ({ to }: Gap): number => to ?? Number.POSITIVE_INFINITY;

/** Of the changes, those that the hub did not refuse. */
export const changesMade = ({ changes }: Use): UseChange[] => changes.filter(({ code }) => !isRefusal(code));
export const isRefusal = (code: number): boolean => code === 401 || code === 403;
