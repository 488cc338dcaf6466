/** A sequence before it is played: what people do, and what goes wrong meanwhile. Data only, so that it can be shrunk. */
import fc from "fast-check";
import { CELLS, type Cell, SPELLS, type Spell, type System } from "./calls.ts";

export const DEEDS = {
  ask: 9,
  approve: 8,
  "approve twice": 4,
  "approve a shorter time": 2,
  "approve for less": 2,
  deny: 2,
  "ask for later": 4,
  withdraw: 1,
  "ask for more time": 4,
  "remind them": 2,
  hide: 2,
  "show a token": 5,
  "a new token": 3,
  "the token leaked": 2,
  release: 2,
  "use it": 8,
  "nobody uses it, or late": 3,
  "it is still needed": 2,
  "revoke by command": 2,
  "revoke by button": 2,
  "break glass": 2,
  "review an emergency": 3,
  again: 1,
  "allow beforehand": 1,
  "allow too": 1,
  "take back what was allowed": 1,
  "click what is stale": 2,
  redeliver: 2,
  status: 1,
  "minutes pass": 2,
  "time passes to the next turn": 4,
  "somebody's access ends, and minutes pass": 3,
  "lock down, or unlock": 1,
  "revoke all": 1,
  "an operator ends something": 2,
  "an operator abandons an end": 2,
  "somebody leaves, or is back": 2,
  "edit the policy": 1,
  restart: 1,
} as const;
export type Deed = keyof typeof DEEDS;

export interface Act {
  deed: Deed;
  /** Chooses among what there is to choose from: who, which button, which role. */
  pick: number;
  /** Not waited for: the next comes at once. */
  rush: boolean;
}

export type Strike =
  /** The call of this kind, after `skip` others of it and for `times` in a row. */
  | { kind: "call"; cell: Cell; skip: number; times: number }
  | { kind: "spell"; system: System; how: Spell; steps: number }
  /** Between two calls, `after` ms from now. */
  | { kind: "kill" | "pause"; pick: number; after: number }
  /** A live record becomes one that this version cannot read. */
  | { kind: "spoil"; pick: number };

export interface Plan {
  replicas: 1 | 2;
  /** Replicas start as `npm start` does, and hear people by signed HTTP; else they are spared both. */
  whole: boolean;
  acts: Act[];
  /** `at`: before which act. */
  strikes: { at: number; strike: Strike }[];
}

const deed = fc.oneof(
  ...Object.entries(DEEDS).map(([name, weight]) => ({ weight, arbitrary: fc.constant(name as Deed) })),
);
const act: fc.Arbitrary<Act> = fc.record({
  deed,
  pick: fc.nat(999),
  rush: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const SKIP_MOST = 3;

const callOf = (cell: fc.Arbitrary<Cell>, skipMost = SKIP_MOST): fc.Arbitrary<Strike> =>
  fc.record({
    kind: fc.constant("call" as const),
    cell,
    skip: fc.oneof(fc.constant(0), fc.nat(skipMost)),
    times: fc.constantFrom(1, 1, 2, 4, 8),
  });

const spell: fc.Arbitrary<Strike> = fc.constantFrom<System>("Slack", "hub", "hub", "Redis").chain((system) =>
  fc.record({
    kind: fc.constant("spell" as const),
    system: fc.constant(system),
    how: fc.constantFrom(...SPELLS[system]),
    steps: fc.integer({ min: 2, max: 7 }),
  }),
);

const between: fc.Arbitrary<Strike> = fc.record({
  kind: fc.constantFrom("kill" as const, "pause" as const),
  pick: fc.nat(1),
  after: fc.nat(30),
});

const spoil: fc.Arbitrary<Strike> = fc.record({ kind: fc.constant("spoil" as const), pick: fc.nat(99) });

const strike: fc.Arbitrary<Strike> = fc.oneof(
  { weight: 24, arbitrary: callOf(fc.constantFrom(...CELLS)) },
  { weight: 8, arbitrary: spell },
  { weight: 4, arbitrary: between },
  { weight: 1, arbitrary: spoil },
);

const FAULTS_MAX = 8;

/** What people seldom do, and what alone makes a call of this kind. */
const MADE_BY: Record<string, Deed> = {
  "read person": "status",
  "views.open": "deny",
  "views.update": "show a token",
};

export interface PlanOptions {
  replicas: 1 | 2;
  /** Faults that are surely among them, early enough to hit. */
  focus: readonly Cell[];
  /** They wait for the first call that they can hit. */
  aimed: boolean;
}

export function plans({ replicas, focus, aimed }: PlanOptions): fc.Arbitrary<Plan> {
  const at = fc.nat(29);
  const early = aimed ? fc.constant(0) : at;
  const struck = (cell: Cell) =>
    fc.record({ at: early, strike: callOf(fc.constant(cell), aimed ? 0 : SKIP_MOST) });
  const made = focus.flatMap(({ call }) => MADE_BY[call] ?? []);
  const deeds = fc.oneof(act, ...made.map((deed) => act.map((one): Act => ({ ...one, deed }))));
  return fc
    .record({
      acts: fc.array(deeds, { minLength: 6, maxLength: 30, size: "max" }),
      first: fc.tuple(...focus.map(struck)),
      more: fc.array(fc.record({ at, strike }), { maxLength: FAULTS_MAX - focus.length, size: "max" }),
      whole: fc.nat(4),
    })
    .map(({ acts, first, more, whole }) => ({
      replicas,
      whole: whole === 0,
      acts,
      strikes: [
        ...first.map((one) => ({ ...one, at: one.at % Math.ceil(acts.length / 2) })),
        ...more.map((one) => ({ ...one, at: one.at % acts.length })),
      ],
    }));
}
