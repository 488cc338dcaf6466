/** Ports in memory with the honest ways of the real ones: compare-and-swap, reservations, lost answers, jobs as hints. */
import { randomBytes } from "node:crypto";
import { holdsGlass, isReviewOpen } from "../../src/domain/break-glass.ts";
import type { Looked } from "../../src/domain/directory-look.ts";
import { HOUR } from "../../src/domain/duration.ts";
import type { RequestId } from "../../src/domain/ids.ts";
import { isFinal, leadsToAccess, type Step } from "../../src/domain/lifecycle.ts";
import type { Lockdown } from "../../src/domain/lockdown.ts";
import type { MassEnd } from "../../src/domain/mass-end.ts";
import { isSettled } from "../../src/domain/messages.ts";
import type { Limits } from "../../src/domain/policy-rule.ts";
import { Refused } from "../../src/domain/refusal.ts";
import { AccessRequest } from "../../src/domain/request.ts";
import { secret } from "../../src/domain/secret.ts";
import { emptyTally } from "../../src/domain/tally.ts";
import {
  claimsWindow,
  isNewlyDecided,
  latestEnd,
  overlap,
  type Window,
  windowOf,
} from "../../src/domain/window.ts";
import { askFallback } from "../../src/flow/ask-fallback.ts";
import { coverViews } from "../../src/flow/cover-views.ts";
import { nudgeApprovers } from "../../src/flow/nudge.ts";
import {
  type Grants,
  type Held,
  type Jobs,
  type Lease,
  type Looks,
  type Ports,
  type Requests,
  StoreDown,
  StoreUnsure,
} from "../../src/flow/ports.ts";
import { provisionGrant } from "../../src/flow/provision.ts";
import { startGrant } from "../../src/flow/start.ts";
import { setNextTimer } from "../../src/flow/support/next-timer.ts";
import { syncMessages } from "../../src/flow/sync-messages.ts";
import { takeTokenOff } from "../../src/flow/take-token-off.ts";
import { timeOutRequest } from "../../src/flow/time-out.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import { checkDeparture } from "../../src/flow/watch/check-departure.ts";
import { memoryAllowances } from "./memory-allowances.ts";
import { memoryHomes, noHomeTab } from "./memory-homes.ts";
import { memoryLists } from "./memory-lists.ts";
import { APPROVALS } from "./people.ts";

export interface MemoryRequests extends Requests {
  /** down: refuses before anything is stored · unsure: stores, and the answer is lost. */
  fault: "down" | "unsure" | undefined;
  /** Every call waits for it first. */
  gate: Promise<void> | undefined;
  lockdown: Lockdown | null;
  /** In the order made. */
  all(): AccessRequest[];
  /** Everything, as a copy of Redis has it; and its return. */
  dump(): ReadonlyMap<string, string>;
  restore(copy: ReadonlyMap<string, string>): void;
}

export function memoryRequests(): MemoryRequests {
  const records = new Map<string, string>();
  const triggers = new Map<string, RequestId>();
  const read = (id: string): AccessRequest | null => {
    const json = records.get(id);
    return json === undefined ? null : AccessRequest.parse(JSON.parse(json));
  };
  const all = () => [...records.keys()].flatMap((id) => read(id) ?? []);
  const write = (request: AccessRequest): void => {
    records.set(request.id, JSON.stringify(AccessRequest.parse(request)));
  };
  const reach = async (): Promise<void> => {
    await store.gate;
    if (store.fault === "down") throw new StoreDown("no connection");
  };
  const lose = (): void => {
    if (store.fault === "unsure") throw new StoreUnsure("no answer");
  };
  const assertOpen = () => {
    const { lockdown } = store;
    if (lockdown) throw new Refused({ kind: "locked-down", ...lockdown });
  };
  const ofRole = (person: string, role: string) =>
    all().filter((r) => r.requester.id === person && r.role === role && !isFinal(r));
  /** More time keeps only another such request away. */
  const taken = (person: string, role: string, isMore = false) =>
    ofRole(person, role).find((r) => r.startsAt === undefined && Boolean(r.extends) === isMore);
  const clash = (r: AccessRequest, window: Window) =>
    ofRole(r.requester.id, r.role)
      .filter((other) => other.id !== r.id && (!r.emergency || "decision" in other))
      .find((other) => overlap(windowOf(other), window));

  const mineBeside = (request: AccessRequest, now: number) => {
    const { from, to } = windowOf(request);
    const isBeside = (r: AccessRequest) => windowOf(r).from < to && (latestEnd(r) > from || from <= now);
    const found = all().filter((r) => r.requester.id === request.requester.id && !isFinal(r) && isBeside(r));
    const isCounted = (r: AccessRequest) => found.some(({ id }) => id === r.extends?.id);
    return found.filter((r) => !r.extends || ("decision" in r && !isCounted(r)));
  };

  /** A change that Redis refuses. */
  const assertTakes = (before: AccessRequest, changed: AccessRequest, { grantsPerPerson }: Limits): void => {
    const held = mineBeside(changed, changed.enteredAt).filter((r) => "decision" in r);
    if (grantsPerPerson && isNewlyDecided(before, changed) && held.length >= grantsPerPerson)
      throw new Refused({ kind: "too-many-grants", max: grantsPerPerson, deciding: true });
    if (leadsToAccess(before, changed)) assertOpen();
    const moves =
      changed.role !== before.role && changed.startsAt === undefined && changed.state !== "active";
    const holder = !moves ? null : taken(before.requester.id, changed.role);
    if (holder) throw new Refused({ kind: "held-already", role: changed.role });
    const other = claimsWindow(before, changed) && clash(changed, windowOf(changed));
    if (!other) return;
    const { from, to: until } = windowOf(other);
    const { id: mine, role } = other;
    throw new Refused({ kind: "window-taken", other: mine, role, from, until, deciding: true });
  };

  const store: MemoryRequests = {
    fault: undefined,
    gate: undefined,
    lockdown: null,
    all,
    dump: () => new Map(records),
    restore(copy) {
      records.clear();
      for (const [id, json] of copy) records.set(id, json);
    },
    async make(request, triggerId, { grantsPerPerson = Infinity, requestsPerHour = Infinity } = {}) {
      await reach();
      const again = read(triggers.get(triggerId) ?? "");
      if (again) return { made: false, taken: "trigger", request: again };
      assertOpen();
      const glass =
        request.emergency && all().find((r) => r.requester.id === request.requester.id && holdsGlass(r));
      if (glass) return { made: false, taken: "review", request: glass };
      const open =
        request.startsAt === undefined
          ? taken(request.requester.id, request.role, Boolean(request.extends))
          : undefined;
      if (open && !request.emergency) return { made: false, taken: "open", request: open };
      const window = windowOf(request);
      const other = clash(
        { ...request, id: open?.id ?? request.id },
        request.emergency ? { ...window, to: window.from } : window,
      );
      if (other) return { made: false, taken: "window", request: other };
      const by = (r: AccessRequest) => (r.askedBy ?? r.requester).id;
      const mine = all().filter((r) => by(r) === by(request));
      const now = request.requestedAt;
      const counts = (r: AccessRequest) => r.id !== open?.id && (!request.emergency || "decision" in r);
      const others = mineBeside(request, now).filter(counts);
      if (others.length >= grantsPerPerson) return { made: false, over: "grants" };
      const asked = mine.map((r) => r.requestedAt + HOUR).filter((till) => till > request.requestedAt);
      const againAt = asked.sort((a, b) => b - a)[requestsPerHour - 1];
      if (againAt !== undefined) return { made: false, over: "requests", againAt };
      if (open) return { made: false, taken: "open", request: open };
      write(request);
      triggers.set(triggerId, request.id);
      lose();
      return { made: true, request };
    },
    async get(id) {
      await reach();
      return read(id);
    },
    lately: async (id) => read(id),
    async getMany(ids) {
      await reach();
      return ids.map(read);
    },
    async getEach(ids) {
      await reach();
      const found = ids.map(read);
      return found.map((one) => () => one);
    },
    async update(id, change, { limits = {}, along = () => {} } = {}) {
      for (;;) {
        await reach();
        const before = read(id);
        if (!before) throw new Refused({ kind: "unknown-request", id });
        const changed = change(before);
        if (changed === null) return { before, after: before };
        // Others get their turn between the read and the swap, as over a network.
        await Promise.resolve();
        const after = { ...changed, version: before.version + 1 };
        try {
          if (read(id)?.version !== before.version) continue;
          assertTakes(before, changed, limits);
          write(after);
          lose();
          return { before, after };
        } finally {
          // It comes after the swap, whatever became of that.
          along({ before, after });
        }
      }
    },
    async adopt(request) {
      await reach();
      if (records.has(request.id)) return false;
      write(request);
      return true;
    },
    async open(person) {
      await reach();
      return all().filter((r) => r.requester.id === person && !isFinal(r));
    },
    async unreviewed(person) {
      await reach();
      return all().find((r) => r.requester.id === person && isReviewOpen(r)) ?? null;
    },
    async askedFor(person) {
      await reach();
      return all().filter(
        (r) => r.askedBy?.id === person && ["requested", "pending", "scheduled"].includes(r.state),
      );
    },
    async recent(person) {
      await reach();
      return all().filter((r) => r.requester.id === person);
    },
    async *unsettled(known) {
      await reach();
      yield all().filter((r) => !isSettled(r) && !known?.has(r.id));
    },
    ping: reach,
  };
  return store;
}

export function memoryLooks(): Looks {
  let looked: Looked = { asked: 0, look: null, peopleAt: 0 };
  const set = async (next: Partial<Looked>) => {
    looked = { ...looked, ...next };
  };
  return {
    last: async () => looked,
    ask: () => set({ asked: looked.asked + 1 }),
    keep: (look) => set({ look }),
    keepPeople: (peopleAt) => set({ peopleAt }),
  };
}

type Waiting = { step: Step; id: RequestId; due: number; isTimer?: true };

export function memoryJobs(): Jobs & { waiting: Waiting[] } {
  const waiting: Waiting[] = [];
  return {
    waiting,
    async add(_, step, id) {
      waiting.push({ step, id, due: 0 });
    },
    async setTimer(id, last, next) {
      const at = waiting.findIndex((job) => job.id === id && job.step === last?.step && job.due === last.at);
      if (at >= 0) waiting.splice(at, 1);
      if (next) waiting.push({ step: next.step, id, due: next.at, isTimer: true });
    },
  };
}

/** A lease that nobody else wants. */
export const alone = (): Held => ({
  signal: new AbortController().signal,
  assertHeld: () => {},
  isTakenOver: false,
});

export const memoryLease = (requests: Pick<Requests, "get">): Lease => {
  const held = new Set<string>();
  const hold: Lease["hold"] = async (name, work) => {
    if (held.has(name)) return null;
    held.add(name);
    try {
      return { done: await work(alone()) };
    } finally {
      held.delete(name);
    }
  };
  return {
    hold,
    holdRequest: (id, work) => hold(id, async (held) => work(await requests.get(id), held)),
  };
};

/** A hub on which everything works; what ends a grant is tested elsewhere. */
const willingGrants = ({ clock }: Pick<Ports, "clock">): Grants => ({
  create: async (_request, _signal, onceOurs) => {
    await onceOurs?.();
    return { accountUid: "account", bindingUid: "binding", tokenMessage: null };
  },
  mint: async (_, ms) => ({
    ...{ token: secret("eyJ-planted"), expiresAt: clock.now() + ms },
    ...{ signedBy: null, accountUid: null },
  }),
  check: async () => "good",
  assertEnforcing: async () => {},
  removeBinding: async () => {},
  removeAccount: async () => {},
  find: async (key) => ({ key, account: null, binding: null, foreign: false }),
  isAbsent: async () => true,
  list: async () => [],
  standingOf: async () => [],
  rightsOf: async () => null,
  annotate: async () => {},
  survey: async function* () {
    yield [];
    return [];
  },
});

/** A hub that always knows what Redis does. */
function memoryLockdown(
  requests: MemoryRequests,
): Pick<Ports, "lockdown" | "massEnds" | "massEndNotifier" | "hubEnds"> {
  const open = new Map<string, MassEnd>();
  const standing = async () => requests.lockdown;
  return {
    lockdown: {
      ...{ standing, onHub: standing, look: standing, settle: async () => true, tell: async () => true },
      async set(lockdown) {
        const before = requests.lockdown !== null;
        requests.lockdown ??= lockdown;
        return { lockdown: requests.lockdown, inRedis: true, before };
      },
      async lift({ at }) {
        if (requests.lockdown?.at !== at) return false;
        requests.lockdown = null;
        return true;
      },
    },
    hubEnds: {
      of: async () => null,
      all: async () => new Map(),
      begun: () => new Map(),
      remember: async () => {},
    },
    massEnds: {
      begin: async (one) => void (open.has(one.id) || open.set(one.id, one)),
      open: async () => [...open.values()],
      save: async (one) => void open.set(one.id, one),
      close: async (id) => void open.delete(id),
    },
    massEndNotifier: {
      post: async () => ({ channel: APPROVALS, ts: "1.1" }),
      redraw: async () => {},
      unlocked: async () => {},
    },
  };
}

export type MemoryPorts = Ports & { requests: MemoryRequests; jobs: ReturnType<typeof memoryJobs> };

export function memoryPorts(
  given: Pick<Ports, "clock" | "log" | "policy" | "notifier" | "allowanceNotifier" | "directory"> &
    Partial<Pick<Ports, "homeTab">>,
): MemoryPorts {
  const requests = memoryRequests();
  return {
    ...given,
    requests,
    lists: memoryLists(requests),
    attempts: { note: async () => {} },
    allowances: memoryAllowances(given),
    sweeps: {
      completed: async () => {},
      last: async () => ({ count: 0, cardsRefused: [], tally: emptyTally(), at: null, tookMs: null }),
    },
    evidence: null,
    hubTells: false,
    jobs: memoryJobs(),
    grants: willingGrants(given),
    lease: memoryLease(requests),
    homes: memoryHomes(given.clock),
    homeTab: given.homeTab ?? noHomeTab,
    tokenViews: { show: async () => {}, cover: async () => {} },
    admins: { tell: async () => true },
    outside: { ask: async () => ({ word: "allow" }) },
    epoch: {
      look: async () => ({ before: 0 }),
      before: () => 0,
      settle: async () => {},
      confirm: async () => false,
    },
    ...memoryLockdown(requests),
    policies: { others: async () => [] },
    channel: APPROVALS,
    heldBack: () => null,
    letPass: async () => {},
    told: { fresh: async () => [], remember: async () => [], noteStanding: async () => {} },
    looks: memoryLooks(),
    random: () => randomBytes(5),
    stopping: new AbortController().signal,
  };
}

const WORK: Partial<Record<Step, (ports: Ports, id: RequestId) => Promise<unknown>>> = {
  validate: validateRequester,
  start: startGrant,
  provision: provisionGrant,
  nudge: nudgeApprovers,
  askFallback,
  timeOut: timeOutRequest,
  syncMessages,
  takeTokenOff,
  coverViews,
  checkDeparture,
};

/** Does what a worker would do now, and what follows from it; ends and reminders are left alone. */
export async function workThrough(ports: MemoryPorts): Promise<void> {
  const { waiting } = ports.jobs;
  for (let next = waiting.shift(); next; next = waiting.shift())
    if (next.due <= ports.clock.now()) {
      if (next.isTimer) await setNextTimer(ports, next.id, { step: next.step, at: next.due });
      await WORK[next.step]?.(ports, next.id);
    }
}
