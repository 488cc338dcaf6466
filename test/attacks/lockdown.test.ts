/**
 * A lockdown: somebody is locked out while an entry for them is in Redis or on the hub, and no signed unlock names it. It
 * doesn't wait for the hub or for Slack, and whatever is lost, forged, late or killed, nobody is unlocked but by an admin.
 */
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { lockDown, unlock } from "../../src/actions/lockdown.ts";
import type { Bot } from "../../src/bot.ts";
import { grants } from "../../src/cli/grants/index.ts";
import { syncLockdowns } from "../../src/life/lockdown/sync.ts";
import { createLog } from "../../src/ops/log.ts";
import { SECOND } from "../../src/request/durations.ts";
import { UserId } from "../../src/request/ids.ts";
import { keysFor } from "../../src/store/keys.ts";
import { copyRedis } from "../helpers/copy.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, APPROVALS, BOB, CAROL, GENERAL, MEI } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { inputOf, type Scene, sceneOf, visibleText } from "../helpers/scene.ts";
import { type Running, startReplica, startWorld, unsigned, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;
/** The first replica locks, unless a row says otherwise. */
let replicas: Running[];

const keys = keysFor("test");
const NOTE = `lockdown-${BOB}`;
const JUNK = "A".repeat(43);
const FORGED = JUNK + JSON.stringify({ by: ALICE, words: "", at: 0 });
const MANY = Array.from({ length: 50 }, (_, i) => `many${i}`);

beforeAll(async () => {
  const manyRoles = { ...roles, ...Object.fromEntries(MANY.map((name) => [name, roles.guest])) };
  const limits = { requestsPerHour: 1000, openPerPerson: 1000 };
  world = await startWorld({ config: { admins: [ALICE, CAROL], limits, roles: manyRoles } });
  scene = sceneOf(world);
  replicas = [await startReplica(world), await startReplica(world)];
  deliverTo(0);
});
afterEach(async () => {
  world.hub.hang(false);
  world.hub.meddle(undefined);
  deliverTo(0);
  await scene.clear();
  await world.sweep();
});
afterAll(() => world.close());

const botOf = (i: number): Bot => replicas[i]?.bot as Bot;
const deliverTo = (i: number) => world.slack.deliverTo(`http://127.0.0.1:${replicas[i]?.port}/slack/events`);
const inRedis = () => world.commands.hget(keys.lockdowns, BOB);
const onHub = async () => (await botOf(0).hub.readNotes())[NOTE] ?? null;
const writeInRedis = (text: string) => world.commands.hset(keys.lockdowns, BOB, text);
const writeOnHub = (text: string | null) => botOf(0).hub.changeNotes(() => ({ [NOTE]: text }));
const lock = () => scene.say(ALICE, "lockdown @bob a stolen laptop");
const unlockBob = (by = ALICE) => scene.say(by, "unlock @bob he has a new one");

/** Locks, and waits until a new entry is in both places. */
async function locked(): Promise<string> {
  if ((await inRedis()) !== null) await unlocked();
  await lock();
  return eventually(async () => ((await onHub()) === (await inRedis()) ? inRedis() : null));
}

/** Unlocks, and waits until the entry is in neither place. */
async function unlocked() {
  await unlockBob();
  await eventually(async () => (await inRedis()) === null && (await onHub()) === null);
}

async function answerTo(user: string, line: string): Promise<string> {
  const { ephemeral } = await scene.say(user, line, GENERAL);
  return ephemeral ? visibleText(ephemeral) : "";
}

/** The trail's entries about BOB's lockdowns, oldest first. */
async function onTrail(): Promise<{ event: string; by: string | null; words: string }[]> {
  const entries = await world.commands.xrange(keys.trail, "-", "+");
  return entries
    .map(([, [, entry]]) => JSON.parse(unsigned(entry ?? "")))
    .filter(({ event, whom }) => event.startsWith("lockdown.") && whom === BOB);
}

/** Resolves when the newest card of a lockdown says this, after a sweep. */
const cardSays = (words: string) =>
  eventually(async () => {
    await world.sweep();
    const cards = world.slack.messages(APPROVALS).map(visibleText);
    return cards.findLast((text) => /^\*(Locked down|Unlocked)/.test(text))?.includes(words);
  });

/** The command line, with Redis down unless `variables` say otherwise. */
const byHand = (name: "lockdown" | "unlock", variables = { REDIS_URL: "redis://127.0.0.1:1" }) =>
  grants([name, `@${BOB}`, "by hand", "--as", "dana"], {
    clock: world.clock,
    log: createLog("silent"),
    colour: false,
    say: () => {},
    confirm: async () => true,
    variables: { ...world.env, ...variables },
  });

/** BOB, and both places, after the next sweep. */
async function isLocked() {
  await world.sweep();
  expect(await inRedis()).not.toBeNull();
  expect(await onHub()).not.toBeNull();
  for (const i of replicas.keys()) {
    deliverTo(i);
    expect(await answerTo(BOB, "peek 15m")).toContain("You are locked out");
  }
}

async function isUnlocked() {
  await world.sweep();
  expect([await inRedis(), await onHub()]).toEqual([null, null]);
  for (const i of replicas.keys()) {
    deliverTo(i);
    expect(await answerTo(BOB, "history")).not.toContain("locked out");
  }
}

/** What BOB holds, a hundred requests, a card that he may press and a form that he has open. */
async function busy() {
  await scene.get("guest 2h", "held when it is locked");
  const card = await scene.ask("admin 1h", "OPS-1 to be approved by Bob", MEI);
  await Promise.all(
    MANY.flatMap((role) => [BOB, MEI].map((user) => scene.say(user, `${role} 1h one of a hundred`))),
  );
  await eventually(async () => {
    const open = (await world.records()).filter(({ state }) => state === "waiting");
    return open.length > 100;
  });
  await world.slack.click(BOB, card, "deny");
  const form = await scene.form(BOB);
  return { card, form };
}

const refusals = () =>
  world.slack.ephemerals(BOB).filter((one) => visibleText(one).includes("You are locked out")).length;

/** Resolves when every replica refuses each way in. It takes at most a second. */
async function refusedEverywhere({ card, form }: Awaited<ReturnType<typeof busy>>, began: number) {
  await eventually(async () => (await answerTo(BOB, "pending")).includes("You are locked out"));
  for (const i of replicas.keys()) {
    deliverTo(i);
    expect(await answerTo(BOB, "peek 15m")).toContain("You are locked out");
    const before = refusals();
    await world.slack.click(BOB, card, "approve");
    await eventually(async () => refusals() > before);
    const { errors } = await world.slack.submit(BOB, form.id, { [inputOf(form)]: "no" });
    expect(JSON.stringify(errors)).toContain("locked out");
  }
  expect(Date.now() - began).toBeLessThan(SECOND);
}

const boundTo = async (user: string) => {
  const ids = (await world.records()).filter(({ requester }) => requester === user).map(({ id }) => id);
  const { clusterRoleBindings } = await world.hub.objects();
  return clusterRoleBindings.filter(({ metadata }) =>
    ids.some((id) => metadata.name.endsWith(id.toLowerCase())),
  ).length;
};

/** Every call of this copy to Redis, the hub and Slack fails after the first `calls` of them, as if it was killed. */
function killedAfter(bot: Bot, calls: number) {
  let made = 0;
  const counted = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (value instanceof Map) return value;
        if (typeof value === "object" && value !== null) return counted(value);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          made += 1;
          if (made > calls) throw new Error("killed");
          return Reflect.apply(value, target, args);
        };
      },
    });
  const dying: Bot = {
    ...bot,
    lockdowns: { ...bot.lockdowns },
    store: counted(bot.store),
    hub: counted(bot.hub),
    slack: counted(bot.slack),
  };
  /** Resolves to whether it lived, once nothing of it runs any more. */
  const ended = async (): Promise<boolean> => {
    for (let before = -1; before !== made; await wait(20)) before = made;
    return made <= calls;
  };
  return { dying, ended };
}

const asRedisSays = async () => ((await inRedis()) === null ? isUnlocked() : isLocked());

/** Runs `work` again and again, killed one call later each time, until it lives. */
async function killedAtEachCall(
  prepare: () => Promise<unknown>,
  work: (bot: Bot) => Promise<unknown>,
  result = asRedisSays,
) {
  for (let calls = 1; calls < 200; calls += 1) {
    await prepare();
    const { dying, ended } = killedAfter(botOf(0), calls);
    await work(dying).catch(() => {});
    const lived = await ended();
    await result();
    if (lived) return;
  }
  throw new Error("it never came to its end");
}

const order = { user: UserId.parse(BOB), by: UserId.parse(ALICE), words: "a stolen laptop" };

type Row = [given: string, action: string, result: string, run: () => Promise<void>];
const ROWS: Row[] = [
  [
    "the hub hangs",
    "an admin locks",
    "refused everywhere within a second; bindings go when it answers",
    async () => {
      const open = await busy();
      world.hub.hang(true);
      const began = Date.now();
      const locking = lock();
      await refusedEverywhere(open, began);
      world.hub.hang(false);
      await locking;
      await eventually(async () => (await boundTo(BOB)) === 0);
    },
  ],
  [
    "Slack's posts hang",
    "an admin locks",
    "refused everywhere within a second, and the bindings go",
    async () => {
      const open = await busy();
      world.slack.meddle({
        before: async ({ method }) => (method === "chat.postMessage" ? { hang: true } : undefined),
        after: async () => true,
      });
      const began = Date.now();
      const locking = lock();
      await refusedEverywhere(open, began);
      await locking;
      await eventually(async () => (await boundTo(BOB)) === 0);
    },
  ],
  [
    "Redis is down",
    "an operator locks",
    "locked after the next sweep; the trail names them once, and so does a card",
    async () => {
      await byHand("lockdown");
      expect(await onHub()).not.toBeNull();
      await isLocked();
      expect((await onTrail()).filter(({ by }) => by === "operator dana")).toMatchObject([
        { event: "lockdown.taken-over", words: "by hand" },
      ]);
      await cardSays("operator dana");
    },
  ],
  [
    "locked, Redis is down",
    "an operator unlocks",
    "refused, and nothing changed",
    async () => {
      const text = await locked();
      await expect(byHand("unlock")).rejects.toThrow("nothing was unlocked");
      expect([await inRedis(), await onHub()]).toEqual([text, text]);
      await isLocked();
    },
  ],
  [
    "locked by hand while Redis was down, and again in Slack",
    "an operator unlocks",
    "unlocked, both entries",
    async () => {
      await locked();
      await byHand("lockdown");
      await lock();
      expect(await onHub()).not.toBe(await inRedis());
      await byHand("unlock", { REDIS_URL: world.env.REDIS_URL });
      await isUnlocked();
    },
  ],
  [
    "locked, the hub is down",
    "an admin unlocks",
    "unlocked; the hub's entry is gone after the next sweep, and the card says so",
    async () => {
      await locked();
      await world.hub.down();
      await unlockBob();
      expect(await answerTo(BOB, "history")).not.toContain("locked out");
      await world.hub.up();
      expect(await onHub()).not.toBeNull();
      await isUnlocked();
      await cardSays("Unlocked by");
    },
  ],
  [
    "two replicas",
    "one locks and the other unlocks at the same moment",
    "either won, both places agree, the trail names both",
    async () => {
      await locked();
      const before = (await onTrail()).length;
      const locking = lock();
      deliverTo(1);
      await Promise.all([locking, unlockBob(CAROL)]);
      await world.sweep();
      await asRedisSays();
      const added = (await onTrail()).slice(before).map(({ event, by }) => `${event} ${by}`);
      expect(added.toSorted()).toEqual([`lockdown.lifted ${CAROL}`, `lockdown.set ${ALICE}`]);
    },
  ],
  [
    "a sweep read the entry before an unlock",
    "it copies the entry after",
    "gone with the next sweep",
    async () => {
      const text = await locked();
      await unlocked();
      await writeOnHub(text);
      await isUnlocked();
      await writeInRedis(text);
      await isUnlocked();
    },
  ],
  [
    "unlocked",
    "lock, killed between any two calls",
    "locked if Redis has it",
    () => killedAtEachCall(unlocked, (bot) => lockDown(bot, order)),
  ],
  [
    "locked",
    "unlock, killed between any two calls",
    "locked if Redis has it",
    () => killedAtEachCall(locked, (bot) => unlock(bot, order)),
  ],
  [
    "an entry in one place only",
    "copy, killed between any two calls",
    "locked",
    async () => {
      const copy = async (bot: Bot) => syncLockdowns(bot, []);
      const onlyOnHub = () => locked().then(() => world.commands.hdel(keys.lockdowns, BOB));
      const onlyInRedis = () => locked().then(() => writeOnHub(null));
      await killedAtEachCall(onlyOnHub, copy, isLocked);
      await killedAtEachCall(onlyInRedis, copy, isLocked);
    },
  ],
  [
    "locked",
    "Redis is emptied",
    "locked",
    async () => {
      await locked();
      await world.commands.flushall();
      await isLocked();
    },
  ],
  [
    "locked",
    "an older Redis is restored",
    "locked",
    async () => {
      const restore = await copyRedis(world.commands);
      await locked();
      await restore();
      await isLocked();
    },
  ],
  [
    "locked, then unlocked and locked again",
    "an older Redis or hub of any of these moments is restored",
    "locked",
    async () => {
      const copies: (() => unknown)[] = [];
      const note = async () => copies.push(await copyRedis(world.commands), world.localHub.copy());
      await note();
      await locked();
      await note();
      await unlocked();
      await note();
      for (const restore of copies) {
        await locked();
        await restore();
        await isLocked();
      }
    },
  ],
  ...(
    [
      ["is no JSON", `${JUNK}{`],
      ["isn't signed by this bot", FORGED],
      ["was signed for somebody else", ""],
    ] as const
  ).flatMap(([what, given]) =>
    (["in Redis", "on the hub"] as const).map(
      (where): Row => [
        `an entry ${where} ${what}`,
        "an admin unlocks",
        "locked until then, and its card says that nobody knows who set it",
        async () => {
          await scene.say(ALICE, "lockdown @carol a lost phone");
          const carols = (await world.commands.hget(keys.lockdowns, CAROL)) ?? "";
          // An unlock names a text: each row has its own.
          const text = given ? `${given} ${where}` : carols;
          await scene.say(ALICE, "unlock @carol found");
          await (where === "in Redis" ? writeInRedis(text) : writeOnHub(text));
          const before = (await onTrail()).length;
          await isLocked();
          await isLocked();
          expect((await onTrail()).slice(before)).toMatchObject([{ event: "lockdown.taken-over", by: null }]);
          await cardSays("nobody knows who set it");
          await unlocked();
          await isUnlocked();
        },
      ],
    ),
  ),
  [
    "locked",
    "somebody forges an unlock, or copies one",
    "locked",
    async () => {
      const unlockOf = async () => (await world.commands.keys(keys.kept("unlock:*"))).toSorted();
      const known = await unlockOf();
      await locked();
      await unlocked();
      const [old = ""] = (await unlockOf()).filter((name) => !known.includes(name));
      const genuine = (await world.commands.get(old)) ?? "";
      const text = await locked();
      const { hash } =
        (await botOf(0).store.lockdowns.held(new Map([[order.user, text]]))).get(order.user) ?? {};
      for (const forged of [FORGED, genuine, unsigned(genuine)])
        for (const where of [() => world.commands.del(keys.lockdowns), () => writeOnHub(null)]) {
          await world.commands.set(keys.kept(`unlock:${hash}`), forged);
          await where();
          await isLocked();
        }
      await world.commands.del(keys.kept(`unlock:${hash}`));
      await world.commands.rpush(keys.kept(`unlock:${hash}`), genuine);
      await isLocked();
    },
  ],
  [
    "a locked-out admin's session, and somebody who deletes the entry from Redis in a loop",
    "they unlock, and approve on a replica that has not swept",
    "still locked, and what they approved has ended after the next sweep",
    async () => {
      const card = await scene.ask("guest 1h", "approved in between", MEI);
      let isDeleting = true;
      const deleting = (async () => {
        while (isDeleting) await world.commands.del(keys.lockdowns);
      })();
      await scene.say(ALICE, "lockdown @carol a stolen laptop");
      await eventually(async () => (await botOf(0).hub.readLockdowns()).has(UserId.parse(CAROL)));
      deliverTo(1);
      await world.slack.click(CAROL, card, "approve");
      await scene.because("approved in between", "active");
      for (const i of replicas.keys()) {
        deliverTo(i);
        expect(await answerTo(CAROL, "unlock @carol it was nothing")).toContain("You are locked out");
      }
      await world.sweep();
      await scene.record((one) => one.reason === "approved in between" && one.ending?.cause === "lockdown");
      for (const i of replicas.keys()) {
        deliverTo(i);
        expect(await answerTo(CAROL, "pending")).toContain("You are locked out");
      }
      isDeleting = false;
      await deleting;
      await world.sweep();
      expect(await answerTo(CAROL, "pending")).toContain("You are locked out");
      await scene.say(ALICE, "unlock @carol found");
    },
  ],
];

test.each(ROWS)("%s · %s · %s", { timeout: 120_000 }, async (_given, _action, _result, run) => {
  await run();
});

describe("after a change of RECORDS_KEY", () => {
  test("who was locked and unlocked before · asks · is not locked; who was locked still is", async () => {
    await locked();
    await unlocked();
    await scene.say(ALICE, "lockdown everybody an incident");
    await scene.say(ALICE, "unlock it is over");
    await scene.say(ALICE, "lockdown @carol a stolen laptop");
    await world.sweep();
    await Promise.all(world.bots.splice(0).map((running) => running.stop()));
    await world.commands.flushall();
    world.env.RECORDS_KEY = Buffer.alloc(32, "another").toString("base64");
    replicas = [await startReplica(world)];
    await isUnlocked();
    await scene.say(BOB, "peek 15m");
    await scene.record(({ requester, state }) => requester === BOB && state === "active");
    expect(await answerTo(CAROL, "pending")).toContain("You are locked out");
    await scene.say(ALICE, "unlock @carol found");
    await world.sweep();
    expect(await answerTo(CAROL, "pending")).not.toContain("locked out");
  });
});
