/**
 * Approvers allow and take back on two replicas while others join and leave them, the role asks for more people, and
 * the person asks: nothing passes without as many different people as it needs, none the person, each an approver
 * while it was asked for and again before the token is made; nor by what was withdrawn or over before that, or for more.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import type { Allowance } from "../../src/domain/allowance.ts";
import { Role } from "../../src/domain/catalog.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import type { AllowanceId, Principal, UserId } from "../../src/domain/ids.ts";
import { Refused } from "../../src/domain/refusal.ts";
import { type AccessRequest, approvalsOf } from "../../src/domain/request.ts";
import { allowPerson, allowToo } from "../../src/flow/allowances/allow.ts";
import { withdrawAllowance } from "../../src/flow/allowances/withdraw-allowance.ts";
import type { Ports } from "../../src/flow/ports.ts";
import { provisionGrant } from "../../src/flow/provision.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import { memoryAllowances } from "../helpers/memory-allowances.ts";
import { memoryPorts } from "../helpers/memory-ports.ts";

const silent = { info() {}, warn() {}, error() {} };
const PERSON = "U0REQ";
const PEOPLE = [PERSON, "U0A", "U0B", "U0C"];
const roleFor = (count: number) =>
  Role.parse({
    clusterRole: "karpor-admin",
    description: { en: "x", zh: "x" },
    duration: { default: "1h", max: "8h" },
    approval: { by: ["S0SRE"], count, within: "4h" },
  });

const who = fc.constantFrom(...PEOPLE);
const hours = fc.constantFrom(1, 2, 4);
const action = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom("allow", "too", "too", "ask", "ask"),
      who,
      hours,
      pick: fc.nat(5),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("take back"), who, hours, pick: fc.nat(5) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("join", "leave", "gone", "more", "fewer"),
      who,
      hours,
      pick: fc.nat(1),
    }),
  },
);
type Action = { do: string; who: string; hours: number; pick: number };
/** What begins at the same moment. */
const story = fc.array(
  fc.record({ wait: fc.constantFrom(0, 1, 61), actions: fc.array(action, { minLength: 1, maxLength: 4 }) }),
  { minLength: 3, maxLength: 12 },
);

test("what passes by an allowance is within it, and by enough people who may", async () => {
  const met = { passed: 0, asked: 0, made: 0, gone: 0, byTwo: 0 };
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), story, async (s, groups) => {
      const world = openWorld(s, met);
      for (const { wait, actions } of groups) {
        world.pass(wait * MINUTE);
        await s.waitFor(Promise.all(actions.map((one) => world.act(one))));
      }
    }),
    { numRuns: 1_500 },
  );
  for (const [what, times] of Object.entries(met)) expect(times, what).toBeGreaterThan(0);
});

type Met = Record<"passed" | "asked" | "made" | "gone" | "byTwo", number>;

function openWorld(s: fc.Scheduler, met: Met) {
  const clock = stillClock(Date.UTC(2026, 10, 2, 9));
  const allowances = memoryAllowances({ clock });
  const sre = new Set(["U0A", "U0B"]);
  const left = new Set<string>();
  let count = 1;
  const setCount = (people: number) => {
    count = people;
  };
  let names = 0;
  /** Who might approve, and how many must, at each moment at which that changed. */
  const moments: { approvers: string[]; count: number }[] = [];
  const note = () => void moments.push({ approvers: [...sre].filter((id) => !left.has(id)), count });
  note();
  const look = async <T>(answer: () => T): Promise<T> => {
    await s.schedule(Promise.resolve(), "look");
    return answer();
  };
  const members = () => [...sre].filter((id) => !left.has(id)) as UserId[];
  const directory = {
    person: (id: UserId) =>
      look(() => ({ id, name: id, locale: "en", standing: left.has(id) ? "deactivated" : "member" })),
    qualifies: (id: UserId, principals: readonly Principal[]) =>
      look(() => principals.find((p) => p === id || (p === "S0SRE" && sre.has(id))) ?? null),
    members: async () => members(),
    countMembers: async (ids: UserId[]) => ids.length,
    inChannel: async () => null,
  };
  const place = async () => ({ channel: "D0", ts: "1.1" });
  const room = { use: () => true, [Symbol.asyncDispose]: async () => {} };
  const notifier = { roomForToken: async () => room, post: place, showToken: async () => {} };
  const allowanceNotifier = { post: place, redraw: async () => {} };
  /** Of a replica, or of one question. */
  const open = (): Ports => {
    const policy = {
      channel: "C0",
      admins: [],
      reminders: [],
      digest: "0".repeat(64),
      rules: [],
      limits: {},
    };
    const given = { clock, log: silent, policy, directory, notifier, allowanceNotifier };
    const ports = { ...memoryPorts(given as never), allowances };
    return Object.defineProperty(ports, "policy", {
      get: () => ({ ...policy, roles: { admin: roleFor(count) } }),
      enumerable: true,
    }) as unknown as Ports;
  };
  const replicas = [open(), open()] as const;
  const on = (pick: number): Ports => replicas[pick % 2 === 0 ? 0 : 1];

  const calmly = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  };
  const one = async (pick: number): Promise<Allowance | undefined> => {
    const all = await allowances.all();
    return all[pick % Math.max(all.length, 1)];
  };

  /** By what was so at some moment since then. */
  function assertRightly(r: AccessRequest, before: readonly Allowance[], since: number): void {
    if (!("decision" in r)) return;
    const passed = before.find(({ id }) => id === r.decision.allowance);
    const { person, duration, withdrawn, until } = passed ?? {};
    // What was made while it was asked for is not known from before.
    if (passed) {
      expect(person?.id).toBe(PERSON);
      expect(duration).toBeGreaterThanOrEqual(r.duration);
      expect(withdrawn, "withdrawn before").toBeUndefined();
      expect(until).toBeGreaterThan(r.requestedAt);
    }
    const by = approvalsOf(r).map((one) => one.by.id as string);
    expect(new Set(by).size).toBe(by.length);
    expect(by).not.toContain(PERSON);
    expect(by.length).toBeGreaterThanOrEqual(Math.min(...moments.slice(since).map((one) => one.count)));
    for (const id of by)
      expect(
        moments.slice(since).some(({ approvers }) => approvers.includes(id)),
        `${id} is none`,
      ).toBe(true);
    if (by.length > 1) met.byTwo += 1;
  }

  async function ask({ hours: time }: Action): Promise<void> {
    const ports = open();
    const before = await allowances.all();
    const asked = moments.length - 1;
    names += 1;
    const requester = { id: PERSON as UserId, name: "Req", locale: "en" } as const;
    const text = `admin ${time}h x`;
    const { id } = await makeRequest(
      ports,
      { requester, text, triggerId: `r${names}` },
      { doing: "validate" },
    );
    await validateRequester(ports, id);
    const vetted = await ports.requests.get(id);
    met[vetted?.state === "approved" ? "passed" : "asked"] += 1;
    if (vetted?.state !== "approved") return;
    assertRightly(vetted, before, asked);
    await s.schedule(Promise.resolve(), "provision");
    const [then, since] = [await allowances.all(), moments.length - 1];
    await provisionGrant(ports, id);
    const made = await ports.requests.get(id);
    met[made?.state === "active" ? "made" : "gone"] += 1;
    if (made?.state === "active") assertRightly(made, then, since);
  }

  const ACTS: Record<string, (a: Action) => unknown> = {
    allow: (a) => {
      names += 1;
      const terms = { role: "admin", duration: a.hours * HOUR, period: 2 * HOUR, reason: "x" };
      const ask = { ...terms, by: a.who as UserId, person: PERSON as UserId, triggerId: `a${names}` };
      return calmly(() => allowPerson(on(a.pick), ask));
    },
    too: (a) =>
      calmly(async () => {
        const found = await one(a.pick);
        if (found) await allowToo(on(a.pick), { id: found.id, by: a.who as UserId });
      }),
    "take back": (a) =>
      calmly(async () => {
        const found = await one(a.pick);
        if (found) await withdrawAllowance(on(a.pick), { id: found.id as AllowanceId, by: a.who as UserId });
      }),
    ask,
    join: (a) => void sre.add(a.who),
    leave: (a) => void sre.delete(a.who),
    gone: (a) => void (a.who === PERSON || left.add(a.who)),
    more: () => setCount(2),
    fewer: () => setCount(1),
  };
  return {
    async act(a: Action) {
      await s.schedule(Promise.resolve(), a.do);
      const done = ACTS[a.do]?.(a);
      if (!(done instanceof Promise)) note();
      await done;
    },
    pass: (ms: number) => clock.jump(ms),
  };
}
