/**
 * People press on two replicas while others join and leave the approvers, with any look-up in between: never a grant
 * without as many different people as it needs, each an approver when they pressed and while the last one did; never
 * two decisions; one denial denies; the requester never counts.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import { Role } from "../../src/domain/catalog.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import type { Principal, UserId } from "../../src/domain/ids.ts";
import { Refused } from "../../src/domain/refusal.ts";
import { type AccessRequest, approvalsOf } from "../../src/domain/request.ts";
import { askFallback } from "../../src/flow/ask-fallback.ts";
import { type DecideRequest, decideRequest } from "../../src/flow/decide.ts";
import type { Ports } from "../../src/flow/ports.ts";
import { commit } from "../../src/flow/support/commit.ts";
import { requestedRecord, sent } from "../domain/records.ts";
import { memoryPorts, memoryRequests } from "../helpers/memory-ports.ts";

const silent = { info() {}, warn() {}, error() {} };
const REQUESTER = "U0REQ";
const PEOPLE = [REQUESTER, "U0A", "U0B", "U0C", "U0D"];
const COUNT = 2;
const role = Role.parse({
  clusterRole: "karpor-admin",
  description: { en: "x", zh: "x" },
  duration: { default: "1h", max: "8h" },
  approval: { by: ["S0SRE"], count: COUNT, within: "4h", fallback: { by: ["S0LEADS"], after: "1h" } },
});

const who = fc.constantFrom(...PEOPLE);
const press = fc.record({
  do: fc.constantFrom("approve", "approve", "approve", "less", "deny"),
  who,
  replica: fc.nat(1),
});
const change = fc.record({ do: fc.constantFrom("join", "leave", "lead", "deactivate"), who });
const action = fc.oneof({ weight: 5, arbitrary: press }, { weight: 2, arbitrary: change });
/** What begins at the same moment. */
const story = fc.array(
  fc.record({ wait: fc.constantFrom(0, 1, 61), actions: fc.array(action, { minLength: 1, maxLength: 4 }) }),
  { minLength: 2, maxLength: 10 },
);

test("a decision is always of enough people who may", async () => {
  const met = { approved: 0, denied: 0, dropped: 0, byFallback: 0, lessened: 0 };
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), story, async (s, groups) => {
      const world = await openWorld(s, met);
      for (const { wait, actions } of groups) {
        await world.pass(wait * MINUTE);
        await s.waitFor(Promise.all(actions.map((one) => world.act(one))));
      }
      world.finish();
    }),
    { numRuns: 400 },
  );
  for (const [what, times] of Object.entries(met)) expect(times, what).toBeGreaterThan(0);
});

type Action = { do: string; who: string; replica?: number };

type Met = Record<"approved" | "denied" | "dropped" | "byFallback" | "lessened", number>;

async function openWorld(s: fc.Scheduler, met: Met) {
  const clock = stillClock(Date.UTC(2026, 10, 2, 9));
  const requests = memoryRequests();
  const sre = new Set(["U0A", "U0B", "U0C", REQUESTER]);
  const leads = new Set(["U0D"]);
  const gone = new Set<string>();
  /** Who was asked to approve, and who of the workspace was gone, at each moment at which that changed. */
  const moments: { asked: string[]; gone: string[] }[] = [];
  let record: AccessRequest | null = null;
  const note = () => {
    const asked = record?.fallback?.askedAt === undefined ? [...sre] : [...sre, ...leads];
    moments.push({ asked, gone: [...gone] });
  };
  /** The two are looked up side by side, not at one moment. */
  const wasApprover = (id: string, since: number) =>
    moments.slice(since).some(({ asked }) => asked.includes(id)) &&
    moments.slice(since).some(({ gone }) => !gone.includes(id));
  const wasAlways = (id: string, since: number) =>
    moments.slice(since).every(({ asked, gone }) => asked.includes(id) && !gone.includes(id));

  const look = async <T>(answer: () => T): Promise<T> => {
    await s.schedule(Promise.resolve(), "look");
    return answer();
  };
  const directory = {
    person: (id: UserId) =>
      look(() => ({ id, name: id, locale: "en", standing: gone.has(id) ? "deactivated" : "member" })),
    qualifies: (id: UserId, principals: readonly Principal[]) =>
      look(() => principals.find((p) => (p === "S0SRE" ? sre : leads).has(id)) ?? null),
  };
  const policy = {
    roles: { admin: role },
    rules: [],
    limits: {},
    channel: "C0",
    admins: [],
    reminders: [],
    digest: "0".repeat(64),
  };
  const open = () => ({ ...memoryPorts({ clock, log: silent, policy, directory } as never), requests });
  const replicas = [open(), open()] as unknown as [Ports, Ports];
  const [first] = replicas;

  const asked = requestedRecord({ requestedAt: clock.now(), closesAt: clock.now() + 4 * HOUR });
  const { id } = asked;
  await requests.make(asked, "t");
  const fallback = { by: ["S0LEADS"] as never, at: clock.now() + HOUR };
  const messages = { card: sent("pending") };
  await commit(
    first,
    id,
    (r) => ({ ...r, state: "pending", count: COUNT, fallback, messages }) as AccessRequest,
  );
  record = await requests.get(id);
  note();
  let decisions = 0;

  /** A press sees its own commit, and what was true while it lasted. */
  function watched(ports: Ports, by: string, since: number): Ports {
    const update: Ports["requests"]["update"] = async (...args) => {
      const updated = await requests.update(...args);
      const { before, after } = updated;
      record = after;
      if (before.state === "pending" && after.state !== "pending") decisions += 1;
      const had = approvalsOf(before).map((one) => one.by.id);
      const has = approvalsOf(after).map((one) => one.by.id);
      if (has.includes(by as UserId)) expect(wasApprover(by, since), `${by} was none`).toBe(true);
      const dropped = after.terms === before.terms ? had.filter((one) => !has.includes(one)) : [];
      met.dropped += dropped.length;
      for (const one of dropped) expect(wasAlways(one, since), `${one} counts no more`).toBe(false);
      if (after.terms !== before.terms) met.lessened += 1;
      if (after.state !== "approved" || before.state === "approved") return updated;
      met.approved += 1;
      expect(new Set(has).size).toBe(has.length);
      expect(has.length).toBeGreaterThanOrEqual(COUNT);
      expect(has).not.toContain(REQUESTER);
      for (const one of has) expect(wasApprover(one, since), `${one} is none any more`).toBe(true);
      if (approvalsOf(after).some(({ qualified }) => qualified === "S0LEADS")) met.byFallback += 1;
      return updated;
    };
    return { ...ports, requests: { ...requests, update } };
  }

  async function decide(by: string, replica: number, verdict: DecideRequest["verdict"]): Promise<void> {
    const since = moments.length - 1;
    const terms = record?.terms ?? 1;
    const ports = watched(replicas[replica] as Ports, by, since);
    try {
      const next = await decideRequest(ports, { id, terms, by: by as UserId, verdict });
      if (verdict.approve) return;
      expect(next.state).toBe("denied");
      met.denied += 1;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }

  const ACTS: Record<string, (a: Action) => unknown> = {
    approve: (a) => decide(a.who, a.replica ?? 0, { approve: true }),
    less: (a) => {
      const less = { duration: Math.ceil((record?.duration ?? HOUR) / 2) };
      return decide(a.who, a.replica ?? 0, { approve: true, less });
    },
    deny: (a) => decide(a.who, a.replica ?? 0, { approve: false, why: "no" }),
    join: (a) => sre.add(a.who),
    leave: (a) => sre.delete(a.who),
    lead: (a) => leads.add(a.who),
    deactivate: (a) => gone.add(a.who),
  };
  return {
    async act(a: Action) {
      await s.schedule(Promise.resolve(), a.do);
      const done = ACTS[a.do]?.(a);
      if (!(done instanceof Promise)) note();
      await done;
    },
    async pass(ms: number) {
      clock.jump(ms);
      await askFallback(first, id);
      record = await requests.get(id);
      note();
    },
    finish() {
      expect(decisions).toBeLessThanOrEqual(1);
    },
  };
}
