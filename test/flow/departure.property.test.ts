/**
 * People leave the workspace and their group while a directory sync breaks and mends the group, events are lost, Slack is
 * away and the process dies: nobody who still belongs loses access, and nobody who left keeps it for more than an hour
 * and a minute in which Slack answers and the group is in no doubt; administrators are told of a doubt once.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import type { Alarm } from "../../src/domain/alarm.ts";
import { Role } from "../../src/domain/catalog.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import { GroupId, requestId, UserId } from "../../src/domain/ids.ts";
import type { Step } from "../../src/domain/lifecycle.ts";
import type { Standing } from "../../src/domain/person.ts";
import type { AccessRequest, In } from "../../src/domain/request.ts";
import { sweep } from "../../src/flow/mend/sweep.ts";
import type { Ports } from "../../src/flow/ports.ts";
import { commit } from "../../src/flow/support/commit.ts";
import { checkDeparture } from "../../src/flow/watch/check-departure.ts";
import {
  groupsChanged,
  personChanged,
  watchGroups,
  watchPeople,
} from "../../src/flow/watch/watch-departures.ts";
import { requestedRecord, T0 } from "../domain/records.ts";
import { memoryPorts } from "../helpers/memory-ports.ts";

const silent = { info() {}, warn() {}, error() {} };
const DEV = GroupId.parse("S0DEV");
const PEOPLE = Array.from({ length: 6 }, (_, i) => UserId.parse(`U0P${i}`));
const roleFor = (requester?: object) =>
  Role.parse({
    clusterRole: "karpor-guest",
    description: { en: "x", zh: "x" },
    duration: { default: "1h", max: "7d" },
    approval: "none",
    ...requester,
  });
const roles = { dev: roleFor({ requester: { in: [DEV] } }), all: roleFor() };

/** The hub does not answer. */
async function* notLooked(): ReturnType<Ports["grants"]["survey"]> {
  yield [];
  throw new Error("not looked at here");
}

const TICK_MS = 20 * SECOND;
const KEPT_MS = HOUR + MINUTE;
/** What a sync has not put back by then is meant. */
const SYNC_MS = 40 * MINUTE;
/** A loss that looks like somebody leaving is put back before the second look. */
const SMALL_SYNC_MS = 45 * SECOND;

const who = fc.constantFrom(...PEOPLE);
const heard = fc.boolean();
const edit = fc.oneof(
  fc.record({ do: fc.constantFrom("leave", "join", "deactivate", "guest", "activate"), who, heard }),
  fc.record({ do: fc.constant("sync"), shows: fc.constantFrom("none", "gone", "one", "few"), heard }),
  fc.record({ do: fc.constant("synced"), heard }),
  fc.record({ do: fc.constantFrom("away", "back", "die") }),
);
const story = fc.array(fc.record({ edit, wait: fc.constantFrom(0, 0, 1, 2, 3, 4, 30, 190) }), {
  minLength: 3,
  maxLength: 10,
});
type Edit = { do: string; who?: UserId; shows?: string; heard?: boolean };

test("who belongs keeps it, and who left does not for long", async () => {
  const met = { left: 0, group: 0, alarmed: 0, spared: 0, back: 0 };
  await fc.assert(
    fc.asyncProperty(story, async (steps) => {
      const world = await openWorld(met);
      for (const { edit, wait } of steps) {
        await world.act(edit as Edit);
        await world.pass(wait);
      }
      // Mended, and an hour later.
      await world.act({ do: "back" });
      await world.act({ do: "synced", heard: false });
      await world.pass(KEPT_MS / TICK_MS + 2);
    }),
    { numRuns: 60 },
  );
  for (const [what, times] of Object.entries(met)) expect(times, what).toBeGreaterThan(0);
}, 120_000);

type Job = { step: Step; id: AccessRequest["id"]; due: number; lane: "timers" | "messages" };

async function openWorld(met: Record<"left" | "group" | "alarmed" | "spared" | "back", number>) {
  const clock = stillClock(T0);
  /** Who is in the group, and what Slack says while a sync is at work. */
  const dev = new Set(PEOPLE.slice(0, 5));
  const standing = new Map<UserId, Standing>(PEOPLE.map((id) => [id, "member"]));
  let shown: UserId[] | null | undefined;
  let syncEnds = Infinity;
  let mendedAt = 0;
  let away = false;
  let jobs: Job[] = [];
  const alarms: { at: number; alarm: Alarm }[] = [];
  const members = (): UserId[] | null => (shown === undefined ? [...dev] : shown);
  const look = async <T>(answer: () => T): Promise<T> => {
    if (away) throw new Error("Slack gave no answer");
    return answer();
  };
  const directory = {
    person: (id: UserId) => look(() => ({ id, name: id, locale: "en", standing: standing.get(id) })),
    groups: () => look(() => new Map([[DEV, members()]])),
    exceptMembers: (ids: UserId[]) => look(() => ids.filter((id) => standing.get(id) !== "member")),
    countMembers: () => look(() => 0),
    recall: async () => true,
  };
  const policy = {
    roles,
    rules: [],
    limits: {},
    admins: [],
    reminders: [],
    digest: "0".repeat(64),
    source: "",
  };
  const memory = memoryPorts({ clock, log: silent, policy, directory } as never);
  const ports: Ports = {
    ...memory,
    grants: { ...memory.grants, survey: notLooked },
    admins: { tell: async (alarm) => alarms.push({ at: clock.now(), alarm }) > 0 },
    jobs: {
      add: async (_, step, id) => void jobs.push({ step, id, due: 0, lane: "messages" }),
      setTimer: async (id, last, next) => {
        jobs = jobs.filter((job) => !(job.id === id && job.step === last?.step && job.due === last.at));
        if (next) jobs.push({ step: next.step, id, due: next.at, lane: "timers" });
      },
    },
  };
  for (const [i, id] of PEOPLE.entries()) for (const role of ["dev", "all"]) await hold(ports, id, role, i);
  /** Since when somebody is gone, Slack answers, and nothing is in doubt: the time that counts. */
  const since = new Map<string, number>();

  const gone = (r: In<"active">): boolean =>
    standing.get(r.requester.id) !== "member" || (r.role === "dev" && !dev.has(r.requester.id));
  const isSure = (r: In<"active">): boolean => {
    if (away || (standing.get(r.requester.id) === "member" && shown !== undefined)) return false;
    return standing.get(r.requester.id) !== "member" || !doubt();
  };
  let lastLook: Awaited<ReturnType<Ports["looks"]["last"]>>["look"] = null;
  const doubt = () => lastLook?.groups[DEV]?.doubt;

  async function work(): Promise<void> {
    const due = jobs.filter((job) => job.due <= clock.now());
    jobs = jobs.filter((job) => job.due > clock.now());
    for (const { step, id, lane } of due) {
      if (step !== "checkDeparture") continue;
      const later = await checkDeparture(ports, id, lane);
      if (later) jobs.push({ step, id, due: later.again, lane });
    }
    if (jobs.some((job) => job.due <= clock.now())) await work();
  }

  async function tick(): Promise<void> {
    if (clock.now() >= syncEnds) mend();
    if (clock.now() % MINUTE < TICK_MS) await sweep(ports);
    await watchGroups(ports);
    await watchPeople(ports, ports.stopping);
    await work();
    lastLook = (await ports.looks.last()).look;
    check();
  }

  function mend(): void {
    shown = undefined;
    syncEnds = Infinity;
    mendedAt = clock.now();
  }

  const over = new Set<string>();
  function check(): void {
    const now = clock.now();
    for (const r of memory.requests.all()) {
      if (r.state === "active") {
        const counts = gone(r) && isSure(r);
        if (!counts) since.delete(r.id);
        else if (!since.has(r.id)) since.set(r.id, now);
        expect(now - (since.get(r.id) ?? now), `${r.requester.id} keeps ${r.role}`).toBeLessThanOrEqual(
          KEPT_MS,
        );
        if (!gone(r) && r.doubtedAt === undefined && doubt()) met.spared += 1;
        continue;
      }
      if (over.has(r.id)) continue;
      over.add(r.id);
      expect(r).toMatchObject({ state: "ending", end: { cause: "departed" } });
      const what = r.state === "ending" ? r.end.departure?.what : undefined;
      if (what === "group") met.group += 1;
      else met.left += 1;
      expect(gone({ ...r, state: "active" } as never), `${r.requester.id} belongs, and lost ${r.role}`).toBe(
        true,
      );
    }
  }

  const EDITS: Record<string, (e: Edit) => { group?: boolean; person?: UserId } | undefined> = {
    leave: ({ who = DEV as never }) => (dev.delete(who) ? { group: true } : undefined),
    join: ({ who = DEV as never }) => {
      dev.add(who);
      met.back += 1;
      return { group: true };
    },
    deactivate: ({ who = DEV as never }) => ({ person: set(who, "deactivated") }),
    guest: ({ who = DEV as never }) => ({ person: set(who, "guest") }),
    activate: ({ who = DEV as never }) => ({ person: set(who, "member") }),
    sync: ({ shows }) => {
      // One begins where the last one was seen to be over: two together look like one that lasts as long.
      const isQuiet = memory.requests.all().every((r) => r.doubtedAt === undefined);
      if (shown !== undefined || doubt() || (lastLook?.at ?? 0) < mendedAt || !isQuiet) return undefined;
      const all = [...dev];
      shown = {
        none: [],
        gone: null,
        few: all.slice(0, Math.max(1, Math.ceil(all.length / 2) - 1)),
        one: all.slice(1),
      }[shows ?? "none"] as UserId[] | null;
      syncEnds = clock.now() + (isInDoubt(shown) ? SYNC_MS : SMALL_SYNC_MS);
      return { group: true };
    },
    synced: () => {
      mend();
      return { group: true };
    },
    away: () => {
      away = true;
    },
    back: () => {
      away = false;
    },
    // What waits is lost.
    die: () => {
      jobs = [];
    },
  };
  /** It lost more than half of those whom the bot saw in it. */
  function isInDoubt(now: readonly UserId[] | null): boolean {
    const known = lastLook?.groups[DEV]?.members ?? [];
    return !now?.length || known.filter((id) => !now.includes(id)).length * 2 > known.length;
  }
  function set(id: UserId, to: Standing): UserId {
    standing.set(id, to);
    return id;
  }

  return {
    async act(e: Edit) {
      const changed = EDITS[e.do]?.(e);
      since.clear();
      if (!changed || !e.heard) return;
      if (changed.group) await groupsChanged(ports);
      if (changed.person) {
        const isAway = standing.get(changed.person) !== "member";
        await personChanged(ports, { id: changed.person, away: isAway });
      }
    },
    async pass(ticks: number) {
      for (let i = 0; i < ticks; i++) {
        clock.jump(TICK_MS);
        await tick();
      }
      met.alarmed += alarms.length;
      alarms.length = 0;
    },
  };
}

async function hold(ports: Ports, who: UserId, role: string, n: number): Promise<void> {
  const id = requestId(new Uint8Array([1, 2, role.charCodeAt(0), 4, n]));
  const requester = { id: who, name: who, locale: "en" as const };
  const asked = requestedRecord({ id, requester, role, clusterRole: "karpor-guest", approvers: [] });
  await ports.requests.make(asked, id);
  await commit(ports, id, (r) => ({
    ...(r as In<"requested">),
    state: "approved",
    decision: { by: "policy", qualified: "policy", at: T0 },
    expiresAt: T0 + 30 * DAY,
  }));
  const grant = { accountUid: "a", bindingUid: "b", tokenExpiresAt: T0 + 30 * DAY, shortened: false };
  await commit(ports, id, (r) => ({ ...(r as In<"approved">), state: "delivering", grant, hidden: false }));
  await commit(ports, id, (r) => ({ ...(r as In<"delivering">), state: "active", reminded: [] }));
}
