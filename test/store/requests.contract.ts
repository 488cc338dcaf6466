/** What every Requests must do, whatever Redis it stands on. */
import { beforeEach, describe, expect, test } from "vitest";
import { type JumpClock, jumpClock } from "../../sandbox/clock.ts";
import type { Transition } from "../../src/domain/audit.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { Refused } from "../../src/domain/refusal.ts";
import type { AccessRequest, In } from "../../src/domain/request.ts";
import type { Requests } from "../../src/flow/ports.ts";
import type { TrailLine } from "../../src/store/chain.ts";
import { createRequests } from "../../src/store/requests.ts";
import { transitions } from "../../src/store/trail.ts";
import { freshKeys, type TestRedis } from "../helpers/redis.ts";
import {
  activeSample,
  ana,
  asked,
  ben,
  drawnSample,
  inState,
  reviewedTwice,
  taken,
  unreviewed,
} from "./samples.ts";

export interface Fixture {
  requests: Requests;
  keys: ReturnType<typeof freshKeys>;
  clock: JumpClock;
  told: Transition[];
  broken: Error[];
  /** Told of each line of the log, where it is set. */
  onLine: (entry: Transition, line: TrailLine) => void;
  trail(): Promise<Transition[]>;
}

/** With the keys of another fixture: as a second replica. */
export function fixture(
  { commands: redis }: Pick<TestRedis, "commands">,
  keys: Fixture["keys"] = freshKeys(),
): Fixture {
  const clock = jumpClock();
  const told: Transition[] = [];
  const broken: Error[] = [];
  const f: Omit<Fixture, "requests"> = {
    ...{ keys, clock, told, broken, onLine: () => {} },
    trail: () => all(transitions({ redis, keys })),
  };
  const requests = createRequests({
    redis,
    keys,
    clock,
    onTransition: (entry, line) => {
      told.push(entry);
      f.onLine(entry, line);
    },
    onBroken: (error) => void broken.push(error),
  });
  return Object.assign(f, { requests });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The ids that unsettled() yields. */
export async function unsettledIds(requests: Requests): Promise<string[]> {
  return (await all(requests.unsettled())).flat().map(({ id }) => id);
}

export function requestsContract(redis: Pick<TestRedis, "commands">): void {
  let f: Fixture;
  let requests: Requests;
  beforeEach(() => {
    f = fixture(redis);
    requests = f.requests;
  });

  describe("a change of the role", () => {
    const lowered = (r: AccessRequest) => ({ ...r, role: "guest" });

    test("takes the reservation along: the one is free, the other is not", async () => {
      const request = asked({ role: "admin" });
      await requests.make(request, "t1");
      await requests.update(request.id, lowered);
      expect(await requests.make(asked({ role: "admin" }), "t2")).toMatchObject({ made: true });
      const other = await requests.make(asked({ role: "guest" }), "t3");
      expect(other).toMatchObject({ made: false, taken: "open", request: { id: request.id } });
    });

    test("is refused where another has that role, and changes nothing", async () => {
      const [request, holder] = [asked({ role: "admin" }), asked({ role: "guest" })];
      await requests.make(request, "t1");
      await requests.make(holder, "t2");
      const before = (await f.trail()).length;
      const refused = requests.update(request.id, lowered);
      await expect(refused).rejects.toMatchObject({ refusal: { kind: "held-already", role: "guest" } });
      expect(await requests.get(request.id)).toEqual(request);
      expect(await f.trail()).toHaveLength(before);
      expect(await requests.make(asked({ role: "admin" }), "t3")).toMatchObject({ taken: "open" });
    });

    test("lands where it stands on the hub, whoever has that role", async () => {
      const [request, holder] = [asked({ role: "admin" }), asked({ role: "guest" })];
      await requests.make(request, "t1");
      await requests.make(holder, "t2");
      const { after } = await requests.update(request.id, (r) => ({
        ...inState(r, "active"),
        role: "guest",
      }));
      expect(after).toMatchObject({ state: "active", role: "guest" });
      expect(await requests.make(asked({ role: "admin" }), "t3")).toMatchObject({ made: true });
      expect(await requests.make(asked({ role: "guest" }), "t4")).toMatchObject({
        ...{ taken: "open", request: { id: holder.id } },
      });
    });

    test("frees the new role when it is over", async () => {
      const request = asked({ role: "admin" });
      await requests.make(request, "t1");
      await requests.update(request.id, lowered);
      await requests.update(request.id, (r) => ({ ...r, state: "withdrawn", at: f.clock.now() }));
      expect(await requests.make(asked({ role: "guest" }), "t2")).toMatchObject({ made: true });
    });
  });

  describe("make", () => {
    test("stores the record, and writes its first line of history", async () => {
      const request = asked();
      expect(await requests.make(request, "t1")).toEqual({ made: true, request });
      expect(await requests.get(request.id)).toEqual(request);
      expect(await f.trail()).toMatchObject([{ id: request.id, from: null, to: "requested", who: ana.id }]);
      expect(f.told).toEqual(await f.trail());
    });

    test("a redelivered command makes nothing, and gets the request it made", async () => {
      const request = asked();
      await requests.make(request, "t1");
      expect(await requests.make(asked(), "t1")).toEqual({ made: false, taken: "trigger", request });
      expect(await requests.make(request, "t1")).toEqual({ made: false, taken: "trigger", request });
      expect(f.told).toHaveLength(1);
    });

    test("one emergency a person until two others have reviewed it, whatever role", async () => {
      const request = asked({ emergency: unreviewed });
      await requests.make(request, "t1");
      const again = () => asked({ role: "admin", emergency: unreviewed });
      expect(await requests.make(again(), "t2")).toEqual({ made: false, taken: "review", request });
      expect(await requests.make(asked({ role: "admin" }), "t3")).toMatchObject({ made: true });
      expect(await requests.make(asked({ requester: ben, emergency: unreviewed }), "t4")).toMatchObject({
        made: true,
      });
      await requests.update(request.id, (r) =>
        drawnSample({ ...taken(inState(r, "ended")), emergency: unreviewed }),
      );
      expect(await unsettledIds(requests)).toContain(request.id);
      const other = () => asked({ role: "other", emergency: unreviewed });
      expect(await requests.make(other(), "t5")).toMatchObject({ made: false, taken: "review" });
      await requests.update(request.id, (r) => ({ ...r, emergency: reviewedTwice }));
      expect(await requests.make(other(), "t6")).toMatchObject({ made: true });
    });

    test.each(["refused", "withdrawn", "timedOut"] as const)(
      "an emergency that is %s keeps nobody from the next",
      async (state) => {
        const request = asked({ emergency: unreviewed });
        await requests.make(request, "t1");
        await requests.update(request.id, (r) => ({ ...inState(r, state), emergency: unreviewed }));
        expect(await requests.make(asked({ emergency: unreviewed }), "t2")).toMatchObject({ made: true });
      },
    );

    test("nor does one that a version without reviews has finished", async () => {
      const request = asked({ emergency: unreviewed });
      await requests.make(request, "t1");
      await requests.update(request.id, (r) => inState(r, "refused"));
      expect(await requests.make(asked({ emergency: unreviewed }), "t2")).toMatchObject({ made: true });
      expect(await requests.make(asked({ role: "admin", emergency: unreviewed }), "t3")).toMatchObject({
        taken: "review",
      });
    });

    test("of many emergencies at once one is made", async () => {
      const all = Array.from({ length: 12 }, (_, i) => asked({ role: `role-${i}`, emergency: unreviewed }));
      const made = await Promise.all(all.map((request, i) => requests.make(request, `t${i}`)));
      expect(made.filter((one) => one.made)).toHaveLength(1);
    });

    test("one open request a person and role; another role or person is free", async () => {
      const request = asked();
      await requests.make(request, "t1");
      expect(await requests.make(asked(), "t2")).toEqual({ made: false, taken: "open", request });
      expect(await requests.make(asked({ role: "admin" }), "t3")).toMatchObject({ made: true });
      expect(await requests.make(asked({ requester: ben }), "t4")).toMatchObject({ made: true });
    });

    test("of many at the same moment one is made", async () => {
      const all = await Promise.all(Array.from({ length: 50 }, (_, i) => requests.make(asked(), `t${i}`)));
      expect(all.filter(({ made }) => made)).toHaveLength(1);
      expect(f.told).toHaveLength(1);
    });

    test("at the limit of grants nothing is made, until one is over", async () => {
      const limits = { grantsPerPerson: 2 };
      const ask = (role: string, by = ana) =>
        requests.make(asked({ role, requester: by }), `${role} ${by.id}`, limits);
      const first = asked({ role: "a" });
      await requests.make(first, "first", limits);
      expect(await ask("b")).toMatchObject({ made: true });
      expect(await ask("c")).toEqual({ made: false, over: "grants" });
      expect(await ask("c", ben)).toMatchObject({ made: true });
      // The same command again, and one for what is open, are told of that.
      expect(await requests.make(asked(), "first", limits)).toMatchObject({ taken: "trigger" });
      expect(await requests.make(asked({ role: "a" }), "other", limits)).toMatchObject({ taken: "open" });
      await requests.update(first.id, (r) => inState(r, "withdrawn"));
      expect(await ask("c")).toMatchObject({ made: true });
      expect(f.told.filter(({ to }) => to === "requested")).toHaveLength(4);
    });

    test("more time that waits is no grant beside the one that it adds to", async () => {
      const limits = { grantsPerPerson: 2 };
      const grant = asked({ role: "a" });
      await requests.make(grant, "t1", limits);
      const adds = { id: grant.id, from: grant.requestedAt, until: grant.requestedAt + grant.duration };
      const more = asked({ role: "a", extends: adds, startsAt: adds.until });
      expect(await requests.make(more, "t2")).toMatchObject({ made: true });
      const ask = (role: string) =>
        requests.make(asked({ role, duration: 2 * grant.duration }), role, limits);
      expect(await ask("b")).toMatchObject({ made: true });
      expect(await ask("c")).toMatchObject({ over: "grants" });
    });

    test("what is approved late finds no room beside what begins meanwhile, and waits for it", async () => {
      const limits = { grantsPerPerson: 1 };
      const now = f.clock.now();
      const later = asked({
        role: "a",
        requestedAt: now,
        startsAt: now + 3 * HOUR,
        closesAt: now + 3 * HOUR,
      });
      const soon = asked({ role: "b", requestedAt: now, closesAt: now + 24 * HOUR });
      for (const one of [later, soon])
        expect(await requests.make(one, one.id, limits)).toMatchObject({ made: true });
      const approve = (r: AccessRequest, from: number) => {
        const decision = { by: ben, qualified: ben.id, at: f.clock.now() };
        const to = { ...inState(r, "approved"), decision, expiresAt: from + r.duration } as AccessRequest;
        return requests.update(r.id, () => to, { limits });
      };
      await approve(later, now + 3 * HOUR);
      f.clock.jump(2.5 * HOUR);
      await expect(approve(soon, f.clock.now())).rejects.toMatchObject({
        refusal: { kind: "too-many-grants", max: 1, deciding: true },
      });
      expect(await requests.get(soon.id)).toMatchObject({ state: "requested", version: 1 });
      await requests.update(later.id, (r) => inState(r, "ended"));
      await approve(soon, f.clock.now());
      expect(await requests.get(soon.id)).toMatchObject({ state: "approved" });
    });

    test("a grant counts once beside the time that was added to it, and that counts where the grant is over by then", async () => {
      const limits = { grantsPerPerson: 2 };
      const now = f.clock.now();
      const grant = activeSample({ role: "a", requestedAt: now });
      await requests.adopt(grant);
      const until = grant.expiresAt;
      const extends_ = { id: grant.id, from: now, until };
      const more = asked({ role: "a", requestedAt: now + 1, duration: 2 * HOUR, extends: extends_ });
      expect(await requests.make(more, "more", limits)).toMatchObject({ made: true });
      const decision = { by: ben, qualified: ben.id, at: now };
      const extending = {
        ...inState(more, "extending"),
        extends: extends_,
        decision,
        expiresAt: until + 2 * HOUR,
      };
      await requests.update(more.id, () => extending as AccessRequest, { limits });
      const ask = (role: string, startsAt?: number, most = 2) => {
        const times = startsAt === undefined ? {} : { startsAt, closesAt: startsAt };
        const request = asked({ role, requestedAt: now, duration: 4 * HOUR, ...times });
        return requests.make(request, request.id, { grantsPerPerson: most });
      };
      expect(await ask("b")).toMatchObject({ made: true });
      expect(await ask("c")).toMatchObject({ over: "grants" });
      expect(await ask("d", until + 10 * MINUTE, 1)).toMatchObject({ over: "grants" });
      expect(await ask("d", until + 9 * HOUR, 1)).toMatchObject({ made: true });
    });

    test("what nobody can end counts against nobody for longer than it reserves its role", async () => {
      await requests.make(asked({ closesAt: f.clock.now() }), "t1");
      const ask = () => requests.make(asked({ role: "b" }), "t2", { grantsPerPerson: 1 });
      f.clock.jump(59 * MINUTE);
      expect(await ask()).toMatchObject({ over: "grants" });
      f.clock.jump(2 * MINUTE);
      expect(await ask()).toMatchObject({ made: true });
    });

    test("at the limit of an hour it says when one more is free, also where all are over", async () => {
      const ask = async (role: string) => {
        const request = asked({ role, requestedAt: f.clock.now() });
        const made = await requests.make(request, role, { requestsPerHour: 2 });
        if (made.made) await requests.update(request.id, (r) => inState(r, "withdrawn"));
        return { ...made, at: request.requestedAt };
      };
      const { at: begun } = await ask("a");
      f.clock.jump(10 * MINUTE);
      const { at: later } = await ask("b");
      expect(await ask("c")).toMatchObject({ over: "requests", againAt: begun + HOUR });
      f.clock.jump(50 * MINUTE);
      expect(await ask("c")).toMatchObject({ made: true });
      expect(await ask("d")).toMatchObject({ over: "requests", againAt: later + HOUR });
    });

    test("how often one asks counts for whoever types it, and what others ask for keeps nobody from an emergency", async () => {
      const limits = { grantsPerPerson: 1, requestsPerHour: 2 };
      const make = (more: Parameters<typeof asked>[0]) => {
        const request = asked({ requestedAt: f.clock.now(), ...more });
        return requests.make(request, request.id, limits);
      };
      const forAna = (role: string) => make({ role, requester: ana, askedBy: ben });
      const first = await forAna("a");
      expect(first).toMatchObject({ made: true });
      if (first.made) await requests.update(first.request.id, (r) => inState(r, "withdrawn"));
      expect(await forAna("b")).toMatchObject({ made: true });
      expect(await forAna("c")).toMatchObject({ over: "grants" });
      expect(await make({ role: "d", requester: ben })).toMatchObject({ over: "requests" });
      const glass = { role: "e", requester: ana, emergency: { ...unreviewed } };
      expect(await make({ role: "e", requester: ana })).toMatchObject({ over: "grants" });
      expect(await make(glass)).toMatchObject({ made: true });
    });

    test("an id that is in use is refused", async () => {
      const request = asked();
      await requests.make(request, "t1");
      await expect(requests.make(asked({ id: request.id, role: "admin" }), "t2")).rejects.toThrow(request.id);
    });
  });

  describe("update", () => {
    test("stores what the change returns under the next version", async () => {
      const before = await made();
      const { id } = before;
      const updated = await requests.update(id, (r) => inState(r, "pending"));
      const { after } = updated;
      expect(updated).toEqual({ before, after: { ...inState(before, "pending"), version: 2 } });
      expect(await requests.get(id)).toEqual(after);
      expect(f.told.at(-1)).toMatchObject({ from: "requested", to: "pending" });
    });

    test("null changes nothing, what the change throws comes out, no record is refused", async () => {
      const request = await made();
      expect(await requests.update(request.id, () => null)).toEqual({ before: request, after: request });
      const why = new Refused({ kind: "stale", id: request.id });
      await expect(requests.update(request.id, () => raise(why))).rejects.toBe(why);
      expect(await requests.get(request.id)).toEqual(request);
      await expect(requests.update(asked().id, (r) => r)).rejects.toMatchObject({
        refusal: { kind: "unknown-request" },
      });
    });

    test("of 100 at once each lands on the one before", async () => {
      const { id } = await made();
      const bump = (r: AccessRequest) => ({ ...r, terms: r.terms + 1 });
      await Promise.all(Array.from({ length: 100 }, () => requests.update(id, bump)));
      expect(await requests.get(id)).toMatchObject({ terms: 101, version: 101 });
      expect(f.told).toHaveLength(1);
    });

    test("of 100 decisions at once exactly one wins; the others see it", async () => {
      const { id } = await made("pending");
      let wins = 0;
      const decide = async (i: number) => {
        const to = i % 2 ? "approved" : "denied";
        await requests.update(id, (r) => (r.state === "pending" ? inState(r, to) : raise(new Error("late"))));
        wins++;
      };
      const all = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => decide(i)));
      expect(wins).toBe(1);
      const lost = all.filter((one) => one.status === "rejected");
      expect(new Set(lost.map((one) => one.reason.message))).toEqual(new Set(["late"]));
      expect(await f.trail()).toHaveLength(3);
      expect(f.told).toEqual(await f.trail());
    });

    describe("begins with what this replica saw last", () => {
      const more = (r: AccessRequest) => ({ ...r, terms: r.terms + 1 });
      let other: Requests;
      beforeEach(() => {
        other = fixture(redis, f.keys).requests;
      });

      test("and lands on what another replica made of it", async () => {
        const { id } = await made();
        for (const one of [other, requests, other, other, requests]) await one.update(id, more);
        await Promise.all([other, requests, other, requests].map((one) => one.update(id, more)));
        expect(await requests.get(id)).toMatchObject({ terms: 10, version: 10 });
      });

      test("but neither refuses nor leaves as it is what has changed since", async () => {
        const { id } = await made();
        const ifDenied = (r: AccessRequest) => (r.state === "denied" ? more(r) : null);
        const orLate = (r: AccessRequest) => (r.state === "denied" ? more(r) : raise(new Error("late")));
        expect((await requests.update(id, ifDenied)).after.version).toBe(1);
        await other.update(id, (r) => inState(r, "denied"));
        expect((await requests.update(id, ifDenied)).after).toMatchObject({ state: "denied", terms: 2 });
        await other.update(id, (r) => inState(r, "pending"));
        await other.update(id, (r) => inState(r, "denied"));
        expect((await requests.update(id, orLate)).after).toMatchObject({ state: "denied", terms: 3 });
      });

      test("nor takes another record of the same version, of a Redis that was restored, for it", async () => {
        const { id } = await made();
        const before = await redis.commands.hgetall(f.keys.request(id));
        await requests.update(id, (r) => ({ ...r, reason: "lost" }));
        await redis.commands.hset(f.keys.request(id), before);
        await other.update(id, (r) => ({ ...r, reason: "kept" }));
        expect((await requests.update(id, more)).after).toMatchObject({ reason: "kept", version: 3 });
      });
    });

    test("a value the schema does not know is refused, not stored", async () => {
      const request = await made();
      const smuggle = (r: AccessRequest) => Object.assign({ token: "eyJhbGciOi" }, r);
      await expect(requests.update(request.id, smuggle)).rejects.toThrow("more than its schema");
      expect(await requests.get(request.id)).toEqual(request);
    });

    test("a final state frees the role", async () => {
      const { id } = await made("pending");
      expect(await requests.open(ana.id)).toHaveLength(1);
      await requests.update(id, (r) => inState(r, "withdrawn"));
      expect(await requests.open(ana.id)).toEqual([]);
      expect(await requests.make(asked(), "t2")).toMatchObject({ made: true });
    });
  });

  describe("adopt", () => {
    test("stores what Redis had lost, once, with its reservation", async () => {
      const request = activeSample();
      expect(await requests.adopt(request)).toBe(true);
      expect(await requests.adopt(request)).toBe(false);
      expect(await requests.get(request.id)).toEqual(request);
      expect(await f.trail()).toMatchObject([{ from: null, to: "active", who: "bot" }]);
      expect(await requests.open(ana.id)).toEqual([request]);
      expect(await requests.make(asked(), "t1")).toMatchObject({ made: false, taken: "open" });
      expect(await unsettledIds(requests)).toEqual([request.id]);
    });

    test("leaves the reservation to a newer request, also at its end", async () => {
      const newer = await made();
      const { id } = activeSample();
      await requests.adopt(activeSample({ id }));
      await requests.update(id, (r) => inState(r, "ended"));
      expect(await requests.make(asked(), "t9")).toMatchObject({ taken: "open", request: newer });
    });
  });

  describe("reading", () => {
    test("getMany and getEach keep the order, and null where there is none", async () => {
      const one = await made();
      const two = asked({ role: "admin" });
      await requests.make(two, "t2");
      const ids = [two.id, asked().id, one.id];
      expect(await requests.getMany(ids)).toEqual([two, null, one]);
      expect((await requests.getEach(ids)).map((read) => read())).toEqual([two, null, one]);
      expect(await requests.getMany([])).toEqual([]);
      expect(await requests.getEach([])).toEqual([]);
    });

    test("open gives a person's own, oldest first", async () => {
      const ask = (requestedAt: number, role: string) => requests.make(asked({ requestedAt, role }), role);
      await Promise.all([ask(3000, "c"), ask(1000, "a"), ask(2000, "b")]);
      await requests.make(asked({ requester: ben }), "other");
      expect((await requests.open(ana.id)).map(({ role }) => role)).toEqual(["a", "b", "c"]);
    });

    test("askedFor gives what a person asked for others and still waits, oldest first", async () => {
      const now = f.clock.now();
      const forAna = asked({ requester: ana, askedBy: ben, requestedAt: now, closesAt: now + 1_000 });
      const before = { ...asked({ ...forAna, role: "admin", requestedAt: now - 1 }), id: asked().id };
      for (const [i, one] of [forAna, before].entries()) await f.requests.make(one, `t${i}`);
      await f.requests.make(asked({ requester: ben }), "own");
      expect((await f.requests.askedFor(ben.id)).map(({ id }) => id)).toEqual([before.id, forAna.id]);
      expect(await f.requests.askedFor(ana.id)).toEqual([]);
      expect((await f.requests.open(ana.id)).map(({ id }) => id)).toContain(forAna.id);
      await f.requests.update(forAna.id, (r) => inState(r, "active"));
      expect((await f.requests.askedFor(ben.id)).map(({ id }) => id)).toEqual([before.id]);
    });

    test("a broken record is named, and keeps no other from the sweep", async () => {
      const bad = await made();
      const good = asked({ role: "admin" });
      await requests.make(good, "t2");
      await redis.commands.hset(f.keys.request(bad.id), "record", '{"state":"nonsense"}');
      await expect(requests.get(bad.id)).rejects.toThrow(bad.id);
      expect(await requests.getMany([good.id, bad.id])).toEqual([good, "unreadable"]);
      expect(await unsettledIds(requests)).toEqual([good.id]);
      for (const { message } of f.broken) expect(message).toContain(bad.id);
      expect(f.broken.length).toBeGreaterThan(0);
      await redis.commands.hset(f.keys.request(bad.id), "record", "no JSON");
      await expect(requests.get(bad.id)).rejects.toThrow(bad.id);
    });

    test("ping leaves nothing", async () => {
      await requests.ping();
      expect(await redis.commands.pttl(f.keys.ping)).toBeLessThanOrEqual(1000);
    });
  });

  describe("what is unsettled", () => {
    test("stays until all is drawn in a final state; then the record has an end of its own", async () => {
      const { id } = await made("pending");
      const key = f.keys.request(id);
      await requests.update(id, (r) => inState(r, "timedOut"));
      expect(await unsettledIds(requests)).toEqual([id]);
      expect(await redis.commands.pttl(key)).toBe(-1);
      await requests.update(id, drawnSample);
      expect(await unsettledIds(requests)).toEqual([]);
      expect(await redis.commands.pttl(key)).toBeGreaterThan(89 * 86_400_000);
      await requests.update(id, (r) => ({ ...r, messages: {} }));
      expect(await unsettledIds(requests)).toEqual([id]);
      expect(await redis.commands.pttl(key)).toBe(-1);
    });
  });

  describe("what is settled", () => {
    const DAY = 86_400_000;

    test.each([
      ["90 days", 1, 90],
      ["90 days, where the token ends on the same day", 90, 90],
      ["as long as its token could be brought back to life", 365, 365],
    ])("is kept %s", async (_how, tokenDays, days) => {
      const { id } = await made("ending");
      const tokenExpiresAt = f.clock.now() + tokenDays * DAY;
      await requests.update(id, (r) => {
        const ended = drawnSample(inState(r, "ended"));
        return "grant" in ended && ended.grant
          ? { ...ended, grant: { ...ended.grant, tokenExpiresAt } }
          : null;
      });
      const left = await redis.commands.pttl(f.keys.request(id));
      expect(left).toBeGreaterThan(days * DAY - 60_000);
      expect(left).toBeLessThanOrEqual(days * DAY);
      expect(await requests.get(id)).toMatchObject({ id, state: "ended" });
    });

    test("is kept as long as a token that gave way could be, although none came after it", async () => {
      const { id } = await made("ending");
      const expiresAt = f.clock.now() + 365 * DAY;
      await requests.update(id, (r) => {
        const { grant: _, ...ended } = drawnSample(inState(r, "ended")) as In<"ended">;
        return { ...ended, expiresAt };
      });
      expect(await redis.commands.pttl(f.keys.request(id))).toBeGreaterThan(364 * DAY);
    });
  });

  describe("numbers", () => {
    test("are as they were, however large: in scores, ids of the trail and answers of Lua", async () => {
      const late = Number.MAX_SAFE_INTEGER - 1;
      await requests.make(asked({ role: "b", requestedAt: late + 1 }), "t1");
      await requests.make(asked({ role: "a", requestedAt: late }), "t2");
      expect((await requests.open(ana.id)).map(({ requestedAt }) => requestedAt)).toEqual([late, late + 1]);
      const scores = await redis.commands.zrange(f.keys.person(ana.id), "0", "-1", "WITHSCORES");
      expect([scores[1], scores[3]].map(Number)).toEqual([late, late + 1]);
      const [[id] = []] = await redis.commands.xrange(f.keys.trail, "-", "+");
      expect(Number(id?.split("-")[0])).toBeGreaterThan(f.clock.now() - 60_000);
      expect(await redis.commands.eval(`return ${late}`, 0)).toBe(late);
      expect(await redis.commands.zscore(f.keys.person(ana.id), "nobody")).toBeNull();
      await redis.commands.zadd(f.keys.person(ana.id), 0.5, "half");
      expect(await redis.commands.zscore(f.keys.person(ana.id), "half")).toBe("0.5");
    });
  });

  describe("the trail", () => {
    test("a replica whose clock is behind still appends", async () => {
      const { id } = await made();
      f.clock.jump(-30_000);
      await requests.update(id, (r) => inState(r, "pending"));
      f.clock.jump(30_000);
      await requests.update(id, (r) => inState(r, "approved"));
      expect((await f.trail()).map(({ to }) => to)).toEqual(["requested", "pending", "approved"]);
    });
  });

  async function made(state: AccessRequest["state"] = "requested"): Promise<AccessRequest> {
    const request = asked();
    await requests.make(request, `trigger of ${request.id}`);
    if (state === "requested") return request;
    return (await requests.update(request.id, (r) => inState(r, state))).after;
  }
}

const raise = (error: Error): never => {
  throw error;
};
