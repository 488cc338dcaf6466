/**
 * Attack: who can write to Redis changes, copies, moves or removes one value after the other, around requests of every
 * state and a lockdown. Nobody gets a token or access by it, no lockdown is lifted for longer than one sweep, and a token
 * goes nowhere but into the DM of whose access it is.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { approveRequest } from "../../src/actions/approve.ts";
import { revokeAccess } from "../../src/actions/end.ts";
import { type Bot, createBot } from "../../src/bot.ts";
import { loadConfig } from "../../src/config.ts";
import { readLockdowns } from "../../src/life/lockdown/read.ts";
import { writeLock, writeUnlock } from "../../src/life/lockdown/write.ts";
import { runSlackJob } from "../../src/life/messages/draw.ts";
import { runAccessJob } from "../../src/life/step.ts";
import { runChecks } from "../../src/life/sweep/checks.ts";
import { sweep } from "../../src/life/sweep/sweep.ts";
import { createLog } from "../../src/ops/log.ts";
import { DAY, HOUR } from "../../src/request/durations.ts";
import { type RequestId, UserId } from "../../src/request/ids.ts";
import type { Request } from "../../src/request/record.ts";
import { keysFor } from "../../src/store/keys.ts";
import { UNREADABLE } from "../../src/store/reading.ts";
import { copyRedis } from "../helpers/copy.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, BOB, CAROL, MEI } from "../helpers/people.ts";
import { type Scene, sceneOf, tokenIn } from "../helpers/scene.ts";
import { startReplica, startWorld, unsigned, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;
let bot: Bot;
let close: () => Promise<void>;
let putBack: () => Promise<void>;
let bindings: string[];
/** By what they wait for. */
const ids: Record<"waits" | "half" | "later" | "active", RequestId> = Object.create(null);

const keys = keysFor("test");
const JUNK = "A".repeat(43);
const FORGED = JUNK + JSON.stringify({ by: ALICE, words: "", at: 0 });
const ALL = ["waits", "half", "later", "active"] as const;

beforeAll(async () => {
  world = await startWorld({ config: { admins: [ALICE] } });
  scene = sceneOf(world);
  const running = await startReplica(world);
  const start = new Date(world.clock.now() + 5 * HOUR).toISOString().slice(0, 16).replace("T", " ");
  await scene.get("guest 3h", "active", MEI);
  await scene.ask("guest 4h", "waits", BOB);
  await world.slack.click(ALICE, await scene.ask("admin 8h", "OPS-1 half approved", MEI), "approve");
  await world.slack.click(ALICE, await scene.ask(`guest 1h from ${start}`, "later", MEI), "approve");
  await scene.record(({ reason, approvals }) => reason === "OPS-1 half approved" && approvals.length === 1);
  await scene.because("later", "scheduled");
  for (const { reason, id } of await world.records())
    ids[reason === "OPS-1 half approved" ? "half" : (reason as "waits")] = id;
  await scene.say(ALICE, "lockdown @carol a stolen laptop");
  await scene.card("Locked down");
  await eventually(async () => (await world.records()).every(({ state }) => state !== "granting"));
  // From here on only what a test runs happens: no door, no worker, no loop.
  await running.stop();
  world.bots.length = 0;
  const stopping = new AbortController();
  const parts = createBot(
    loadConfig(world.env),
    { clock: world.clock, log: createLog("silent") },
    stopping.signal,
  );
  bot = parts.bot;
  close = async () => {
    stopping.abort();
    await parts.close();
  };
  await eventually(async () => parts.redis.status === "ready");
  await runChecks(bot);
  await goOn();
  bindings = await boundNow();
});
beforeEach(async () => {
  const [redis, hub] = [await copyRedis(world.commands), world.localHub.copy()];
  putBack = async () => {
    hub();
    await redis();
  };
});
afterAll(async () => {
  await close();
  await world.close();
});

/** Each job that anything could ring, and a sweep. */
async function goOn() {
  for (const id of Object.values(ids)) {
    await runAccessJob(bot, id).catch(() => {});
    for (const bell of ["token", "messages"] as const) await runSlackJob(bot, bell, id).catch(() => {});
  }
  await sweep(bot, false);
}

/** Each binding: what it gives, to whom and until when. */
async function boundNow(): Promise<string[]> {
  const { clusterRoleBindings } = await world.hub.objects();
  return clusterRoleBindings.map(({ metadata, roleRef, subjects }) =>
    JSON.stringify([metadata.name, metadata.annotations, roleRef, subjects]),
  );
}

const isLocked = async () => (await readLockdowns(bot)).has(UserId.parse(CAROL));

/** The channels that saw a token, but for MEI's DM, who alone has access. */
const strayTokens = () =>
  world.slack
    .history()
    .filter((message) => tokenIn(message) !== "" && message.channel !== `D0${MEI.slice(2)}`)
    .map(({ channel }) => channel);

const NOT_GRANTED: readonly string[] = ["asked", "waiting", "closed", "ending"];

async function expectNothingGiven(what: string) {
  expect(
    (await boundNow()).filter((one) => !bindings.includes(one)),
    what,
  ).toEqual([]);
  expect(strayTokens(), what).toEqual([]);
  expect(await isLocked(), what).toBe(true);
  for (const name of ["waits", "half"] as const) {
    const record = await bot.store.read(ids[name]);
    if (record !== null && record !== UNREADABLE) expect(NOT_GRANTED, what).toContain(record.state);
  }
}

type Deed = [what: string, deed: () => Promise<unknown>];

/** Does one after the other, each on what is there at first. */
async function giveNothing(deeds: Deed[]) {
  expect(deeds.length).toBeGreaterThan(0);
  for (const [what, deed] of deeds) {
    await deed();
    await goOn();
    await goOn();
    await expectNothingGiven(what).finally(putBack);
  }
}

const readRecord = async (id: string): Promise<Request> =>
  JSON.parse(unsigned((await world.commands.hget(keys.request(id), "record")) ?? ""));

/** As a thief would like it to be. */
const forgedFrom = (record: Request, time: number): Request => ({
  ...record,
  state: "granting",
  role: "admin",
  clusterRole: "karpor-admin",
  duration: time,
  granted: null,
  startsAt: null,
  grantedAt: world.clock.now(),
  endsAt: world.clock.now() + time,
  approvals: [ALICE, record.requester === BOB ? MEI : BOB].map((by) => ({
    by: UserId.parse(by),
    rule: null,
    at: world.clock.now(),
    time: time,
  })),
});

test("nothing happens where nobody writes", async () => {
  await giveNothing([["nothing", async () => {}]]);
  expect(await boundNow()).toEqual(bindings);
});

test("a forged record: karpor-admin for a year, or as long as the file allows, in each place, signed for another or by nobody", async () => {
  const deeds: Deed[] = [];
  for (const name of ALL) {
    const hash = keys.request(ids[name]);
    const record = await readRecord(ids[name]);
    const own = (await world.commands.hget(hash, "record")) ?? "";
    for (const time of [365 * DAY, 8 * HOUR])
      for (const mac of [JUNK, own.slice(0, 43), ""]) {
        const forged = mac + JSON.stringify(forgedFrom(record, time));
        deeds.push([`${name} forged`, () => world.commands.hset(hash, "record", forged)]);
      }
  }
  const made = "R-0000000000";
  deeds.push([
    "a request that nobody asked for",
    async () => {
      const record = { ...forgedFrom(await readRecord(ids.waits), 8 * HOUR), id: made };
      await world.commands.hset(keys.request(made), {
        version: record.version,
        record: JUNK + JSON.stringify(record),
      });
      await world.commands.sadd(keys.unfinished, made);
    },
  ]);
  await giveNothing(deeds);
});

test("an older version of the same record, at each moment of its life", async () => {
  const hash = keys.request(ids.half);
  const versions: Record<string, string>[] = [];
  const note = async () => void versions.push(await world.commands.hgetall(hash));
  const replay = async (expected: readonly string[]) => {
    const [redis, hub] = [await copyRedis(world.commands), world.localHub.copy()];
    const bound = await boundNow();
    for (const { version = "", record = "" } of versions) {
      await world.commands.hset(hash, { version, record });
      await goOn();
      await goOn();
      const { state } = await readRecord(ids.half);
      expect(expected).toContain(state);
      expect((await boundNow()).filter((one) => !bound.includes(one))).toEqual([]);
      hub();
      await redis();
    }
  };
  await note();
  await approveRequest(bot, ids.half, UserId.parse(BOB), { less: HOUR });
  await note();
  await goOn();
  await note();
  expect((await readRecord(ids.half)).state).toBe("active");
  await replay(["ending", "closed", "active"]);
  await revokeAccess(bot, ids.half, UserId.parse(ALICE), "enough");
  await note();
  await goOn();
  expect((await boundNow()).join()).not.toContain(ids.half.toLowerCase());
  await replay(["ending", "closed"]);
  expect(strayTokens()).toEqual([]);
  await putBack();
});

test("a record moved to another id", async () => {
  const deeds = ALL.flatMap((from) =>
    ALL.filter((to) => to !== from).map(
      (to): Deed => [
        `${from} to ${to}`,
        () => world.commands.copy(keys.request(ids[from]), keys.request(ids[to]), "REPLACE"),
      ],
    ),
  );
  await giveNothing(deeds);
});

test("each field of a record: changed, removed, and copied to the others", async () => {
  const deeds: Deed[] = [];
  for (const name of ALL) {
    const hash = keys.request(ids[name]);
    for (const [field, text] of Object.entries(await world.commands.hgetall(hash))) {
      const about = `${name} ${field}`;
      deeds.push([`${about} removed`, () => world.commands.hdel(hash, field)]);
      deeds.push([`${about} changed`, () => world.commands.hset(hash, field, JUNK)]);
      for (const other of ALL)
        if (other !== name)
          deeds.push([
            `${about} copied to ${other}`,
            () => world.commands.hset(keys.request(ids[other]), field, text),
          ]);
    }
  }
  await giveNothing(deeds);
});

test("the place of the token: any other message of the bot, shown or not", async () => {
  const hash = keys.request(ids.active);
  const places = new Set<string>();
  for (const name of ALL)
    for (const [field, text] of Object.entries(await world.commands.hgetall(keys.request(ids[name]))))
      if (field.startsWith("m:")) places.add(JSON.stringify({ ...JSON.parse(text), shows: "setting-up" }));
  const bobs = world.slack.dm(BOB)[0] ?? { channel: "C0APPROVALS", ts: "1.000000" };
  places.add(JSON.stringify({ channel: bobs.channel, ts: bobs.ts, shows: "setting-up" }));
  await giveNothing(
    [...places].map((place): Deed => [place, () => world.commands.hset(hash, "m:token-1", place)]),
  );
});

test("each set and index: removed, of another kind, and with every request in it", async () => {
  const deeds: Deed[] = [];
  const names = await world.commands.keys(`${keys.index("")}*`);
  for (const name of [...names, keys.unfinished]) {
    const add = (id: string) =>
      name === keys.unfinished
        ? world.commands.sadd(name, id)
        : world.commands.zadd(name, world.clock.now(), id);
    deeds.push([`${name} removed`, () => world.commands.del(name)]);
    deeds.push([`${name} of another kind`, () => world.commands.set(name, JUNK)]);
    deeds.push([`${name} with every request`, () => Promise.all(Object.values(ids).map(add))]);
  }
  await giveNothing(deeds);
});

test("the lockdown, and all that is kept beside it: removed and changed", async () => {
  const names = await world.commands.keys(`${keys.prefix}*`);
  const requests = Object.values(ids).map(keys.request);
  const others = names.filter((name) => !requests.includes(name) && !name.startsWith(keys.index("")));
  expect(others).toContain(keys.lockdowns);
  await giveNothing([
    ...others.map((name): Deed => [`${name} removed`, () => world.commands.del(name)]),
    ...others
      // The queues' own are read by nobody but BullMQ's workers, which take ids alone from them.
      .filter((name) => name === keys.owner || name.startsWith(keys.kept("")))
      .map((name): Deed => [`${name} changed`, () => world.commands.set(name, JUNK)]),
    ["the lockdown is forged", () => world.commands.hset(keys.lockdowns, CAROL, FORGED)],
    ["the lockdown of somebody else", () => world.commands.hset(keys.lockdowns, ALICE, FORGED)],
  ]);
});

test("CAROL, who is locked out, approves nothing after the next sweep, whatever became of her lockdown", async () => {
  const deeds = (["hdel", "del"] as const).map(
    (how): Deed => [
      how,
      () => (how === "del" ? world.commands.del(keys.lockdowns) : world.commands.hdel(keys.lockdowns, CAROL)),
    ],
  );
  for (const [what, deed] of deeds) {
    await deed();
    await sweep(bot, false);
    for (const name of ["waits", "half"] as const)
      await expect(
        approveRequest(bot, ids[name], UserId.parse(CAROL), { less: null }),
        what,
      ).rejects.toMatchObject({
        note: { code: "locked-down" },
      });
    await goOn();
    await expectNothingGiven(what);
    await putBack();
  }
});

test("requests that are out of the set are in it with the next sweep: what bears the approval of who is locked out closes", async () => {
  await world.commands.del(keys.unfinished);
  await sweep(bot, false);
  await writeLock(bot, UserId.parse(ALICE), { by: UserId.parse(BOB), words: "" });
  await sweep(bot, false);
  await writeUnlock(bot, UserId.parse(ALICE), { by: UserId.parse(BOB), words: "" });
  expect((await readRecord(ids.half)).outcome?.refusal?.code).toBe("approval-gone");
  await putBack();
});
