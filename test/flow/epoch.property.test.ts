/**
 * Changes, revokes, ticks, crashes, outages of the hub, copies and their return, in any order and with any calls of two
 * replicas in between: nobody gets again what was ended, denied or withdrawn, and nothing is held back that needs not be.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import { SECOND } from "../../src/domain/duration.ts";
import {
  type Doubt,
  isLasting,
  type Risen,
  type SeenEpoch,
  type StoredEpoch,
} from "../../src/domain/epoch.ts";
import { type RequestId, requestId } from "../../src/domain/ids.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { decided, ending, withdrawn } from "../../src/domain/transitions.ts";
import { createEpochKeeper } from "../../src/flow/agree/keep-epoch.ts";
import type { Anchored, GrantKey, Ports } from "../../src/flow/ports.ts";
import { provisionGrant } from "../../src/flow/provision.ts";
import { commit } from "../../src/flow/support/commit.ts";
import { createHolds } from "../../src/flow/support/holds.ts";
import { recentAnchor } from "../../src/flow/support/recent-anchor.ts";
import { sampleRoles } from "../domain/catalog.ts";
import { approver, requestedRecord } from "../domain/records.ts";
import { memoryLease, memoryPorts, memoryRequests } from "../helpers/memory-ports.ts";
import { BY_HAND } from "../helpers/people.ts";
import { willingDirectory, willingNotifier } from "../helpers/willing-slack.ts";

type Do = "ask" | "approve" | "deny" | "withdraw" | "provision" | "revoke" | "tick" | "confirm" | "crash";
const DOINGS: Do[] = [
  "ask",
  "approve",
  "deny",
  "withdraw",
  "provision",
  "revoke",
  "tick",
  "confirm",
  "crash",
];

const action = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constantFrom(...DOINGS), by: fc.nat(1), which: fc.nat(2) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("backup", "restore", "restore", "empty"),
      which: fc.nat(2),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("hub away", "hub back") }) },
);
/** What begins at the same moment, and how much later than what came before. */
const story = fc.array(
  fc.record({ wait: fc.constantFrom(2, 6, 61), actions: fc.array(action, { minLength: 1, maxLength: 3 }) }),
  { minLength: 4, maxLength: 24 },
);
/** Each begins where something can be lost. */
const BEGINNING = (["ask", "approve", "tick", "backup"] as const).map((what) => ({
  wait: 2,
  actions: [{ do: what, by: 0, which: 0 }],
}));
/** Of each call to Redis's or the hub's epoch: it works, is not done, or is done and the answer lost. */
const faults = fc.array(fc.constantFrom("ok", "ok", "ok", "ok", "fail", "lost"), { maxLength: 40 });

const EMPTY: StoredEpoch = {
  ...{ at: 0, from: 0, changes: 0, lasting: 0, covered: 0, before: 0 },
  ...{ told: 0, over: 0, lacks: 0 },
};
const silent = { info() {}, warn() {}, error() {} };
const RUNS = Number(process.env.EPOCH_RUNS ?? 2_000);

test("no restored Redis gives anything again, and no hold is for nothing", async () => {
  const met = { held: 0, provisioned: 0, restored: 0, lapses: 0 };
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), story, faults, async (s, groups, planned) => {
      const world = openWorld(s, [...planned]);
      for (const { wait, actions } of [...BEGINNING, ...groups]) {
        world.clock.jump(wait * SECOND);
        // A provisioning that was let go in the same second is of the time before.
        const goesBack = actions.some((one) => one.do === "restore" || one.do === "empty");
        const now = actions.filter((one) => !(goesBack && one.do === "provision"));
        await s.waitFor(Promise.all(now.map((one) => world.act(one))));
        await s.waitIdle();
      }
      await world.heal();
      for (const key of Object.keys(met) as (keyof typeof met)[]) met[key] += world.met[key];
    }),
    { numRuns: RUNS },
  );
  for (const [what, times] of Object.entries(met)) expect(times, what).toBeGreaterThan(0);
});

function openWorld(s: fc.Scheduler, planned: string[]) {
  const clock = stillClock(Date.UTC(2026, 10, 2, 9));
  const met = { held: 0, provisioned: 0, restored: 0, lapses: 0 };
  const requests = memoryRequests();
  let epoch = EMPTY;
  let anchor: Anchored | null = null;
  let isAway = false;
  /** `known`: of which ends the hub had heard by then. */
  const copies: { records: ReadonlyMap<string, string>; epoch: StoredEpoch; known: RequestId[] }[] = [];
  let everWentBack = false;
  let asked = 0;
  /** What truly is over, and whether anybody who may still say so knows. */
  const over = new Map<RequestId, "unknown" | "known">();
  /** What stood in Redis at each rise, and at each doubt that it noted. */
  const covers = new Map<number, RequestId[]>();

  const call = async <T>(work: () => T): Promise<T> => {
    await s.schedule(Promise.resolve(), "before");
    const fault = planned.shift() ?? "ok";
    // No call is there and back within the millisecond.
    clock.jump(1);
    if (fault === "fail") throw new Error("not done");
    const done = work();
    await s.schedule(Promise.resolve(), "answer");
    if (fault === "lost") throw new Error("done, and its answer lost");
    return done;
  };
  const counted: Ports["requests"] = {
    ...requests,
    make: async (...args) => {
      const made = await requests.make(...args);
      epoch = { ...epoch, changes: epoch.changes + 1 };
      return made;
    },
    update: async (...args) => {
      const updated = await requests.update(...args);
      if (updated.after.version === updated.before.version) return updated;
      const lasting = isLasting(updated.before, updated.after) ? 1 : 0;
      epoch = { ...epoch, changes: epoch.changes + 1, lasting: epoch.lasting + lasting };
      if (lasting) over.set(updated.after.id, "unknown");
      return updated;
    },
  };
  const overThere = () =>
    requests
      .all()
      .filter((r) => OVER.includes(r.state))
      .map(({ id }) => id);
  const epochs = {
    read: () => call(() => epoch),
    raise: (from: SeenEpoch, to: Risen) =>
      call(() => {
        if (epoch.at !== from.at || epoch.lasting < from.lasting) return false;
        epoch = { ...epoch, ...to, covered: epoch.lasting, changes: 0 };
        covers.set(to.at, overThere());
        return true;
      }),
    note: (from: StoredEpoch, to: Doubt) =>
      call(() => {
        if (epoch.at !== from.at || epoch.told !== from.told || epoch.lasting < from.lasting) return false;
        // What ended since is told next.
        if (epoch.lasting === from.lasting) covers.set(to.told, overThere());
        else covers.set(to.told, []);
        epoch = { ...epoch, ...to, covered: from.lasting };
        return true;
      }),
  };
  const reachHub = () => {
    if (isAway) throw new Error("the hub is away");
  };
  const anchors = {
    read: () =>
      call(() => {
        reachHub();
        return anchor;
      }),
    write: ({ epoch: to = 0 }: { epoch?: number }, from: Anchored | null) =>
      call(() => {
        reachHub();
        if (anchor?.version !== from?.version) return false;
        anchor = {
          epoch: to,
          lockdown: null,
          seal: null,
          ended: [],
          version: String(Number(anchor?.version ?? 0) + 1),
        };
        // What no rise brings about is a doubt: of all that was asked for before.
        for (const id of covers.get(to) ?? over.keys()) over.set(id, "known");
        return true;
      }),
  };
  const standing = new Set<string>();
  /** What was known when a replica began to provision: nobody can look and act in one. */
  const begun = new Map<Ports, typeof over>();

  const open = () => {
    const holds = createHolds({ clock, log: silent });
    const dead = new AbortController();
    const ports = memoryPorts({
      clock,
      log: silent,
      policy,
      notifier: willingNotifier,
      directory: willingDirectory,
    } as never) as Ports;
    const keeper = createEpochKeeper({
      ...{ clock, log: silent, holds, epochs, admins: ports.admins, stopping: dead.signal },
      anchor: recentAnchor({ clock, stopping: dead.signal }, anchors),
    });
    Object.assign(ports, {
      requests: counted,
      lease: memoryLease(counted),
      epoch: keeper,
      heldBack: () => holds.all()[0] ?? null,
      grants: {
        ...ports.grants,
        create: async (
          key: GrantKey & Pick<AccessRequest, "id">,
          _signal: AbortSignal,
          onceOurs?: () => Promise<unknown>,
        ) => {
          reachHub();
          const said = begun.get(ports)?.get(key.id);
          if (said === "known") throw new Broken(`${key.id} is given again`);
          if (said === "unknown") met.lapses += 1;
          met.provisioned += 1;
          standing.add(key.id);
          await onceOurs?.();
          return { accountUid: "a", bindingUid: "b" };
        },
        find: async (key: GrantKey) => ({ key, account: null, binding: null, foreign: false }),
      },
    });
    return ports;
  };
  const replicas = [open(), open()];
  const at = (by: number) => replicas[by] as Ports;
  const pick = (which: number) => requests.all()[which % Math.max(1, requests.all().length)];

  const change = (ports: Ports, which: number, to: (r: AccessRequest) => AccessRequest | null) => {
    const r = pick(which);
    return r && commit(ports, r.id, to);
  };
  const goBack = (to: (typeof copies)[number]) => {
    met.restored += 1;
    everWentBack = true;
    requests.restore(to.records);
    epoch = to.epoch;
    // What became of them since in another copy, this one does not undo.
    for (const id of to.known) over.set(id, "known");
  };
  const ACTS: Record<string, (ports: Ports, which: number, by: number) => unknown> = {
    ask: async (ports) => {
      asked += 1;
      const id = requestId(new Uint8Array([0, 0, 0, 0, asked]));
      const now = clock.now();
      const who = { id: `U0${asked}`, name: "R", locale: "en" } as never;
      const request = requestedRecord({ id, requester: who, role: "guest", clusterRole: "karpor-guest" });
      await ports.requests.make({ ...request, requestedAt: now, enteredAt: now, closesAt: now + 1e8 }, id);
      await commit(ports, id, (r) => (r.state === "requested" ? { ...r, state: "pending" } : null));
    },
    approve: (ports, which) =>
      change(ports, which, (r) => decided(r, { approve: true }, approver, "S0SRE", clock.now())),
    deny: (ports, which) =>
      change(ports, which, (r) => decided(r, { approve: false, why: "" }, approver, "S0SRE", clock.now())),
    withdraw: (ports, which) => change(ports, which, (r) => withdrawn(r, clock.now())),
    revoke: (ports, which) => change(ports, which, (r) => ending(r, { cause: "revoked", at: clock.now() })),
    provision: async (ports, which) => {
      const r = pick(which);
      begun.set(ports, new Map(over));
      if (r) await provisionGrant(ports, r.id);
      if (ports.heldBack()) met.held += 1;
    },
    tick: (ports) => ports.epoch.settle(),
    confirm: (ports) => ports.epoch.confirm(null, BY_HAND),
    crash: (_, __, by) => {
      replicas[by] = open();
    },
    backup: () => {
      const known = overThere().filter((id) => over.get(id) === "known");
      copies.push({ records: requests.dump(), epoch, known });
    },
    restore: (_, which) => {
      const copy = copies[which % copies.length];
      if (copy) goBack(copy);
    },
    empty: () => goBack({ records: new Map(), epoch: EMPTY, known: [] }),
    "hub away": () => {
      isAway = true;
    },
    "hub back": () => {
      isAway = false;
    },
  };

  return {
    clock,
    met,
    act: async (one: { do: string; by?: number; which?: number }) => {
      const { by = 0, which = 0 } = one;
      try {
        await ACTS[one.do]?.(at(by), which, by);
      } catch (error) {
        if (error instanceof Broken) throw error;
        expect(error).toBeInstanceOf(Error);
      }
      if (!everWentBack) expect(replicas.flatMap((ports) => ports.heldBack() ?? [])).toEqual([]);
    },
    /** Nothing fails any more: whatever was held is free after one word, and stays so. */
    heal: async () => {
      planned.length = 0;
      isAway = false;
      const settle = async () => {
        for (const ports of [...replicas, ...replicas]) await s.waitFor(ports.epoch.settle());
      };
      await settle();
      if (at(0).heldBack()) expect(await s.waitFor(at(0).epoch.confirm(null, BY_HAND))).toBe(true);
      await settle();
      // Of what is over, the hub has heard at once.
      const deaf = requests.all().filter((r) => OVER.includes(r.state) && over.get(r.id) !== "known");
      expect(deaf).toEqual([]);
      clock.jump(61 * SECOND);
      await settle();
      expect(replicas.map((ports) => ports.heldBack())).toEqual([null, null]);
      expect(anchor?.epoch ?? 0).toBe(epoch.at);
    },
  };
}

const OVER: readonly AccessRequest["state"][] = ["denied", "withdrawn", "ending"];

class Broken extends Error {}

const policy = {
  roles: sampleRoles,
  rules: [],
  limits: {},
  admins: [],
  reminders: [],
  digest: "0".repeat(64),
  source: "",
};
