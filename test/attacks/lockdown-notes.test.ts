/**
 * Attack: who can write to Redis alone, or has the bot's kubeconfig alone, lifts a lockdown; clocks that differ would do it
 * by accident. A number orders lockdowns, never a clock, and what a person writes wins over what they could not see.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { grants } from "../../src/cli/grants/index.ts";
import { createLog } from "../../src/ops/log.ts";
import { HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import { UserId } from "../../src/request/ids.ts";
import { keysFor } from "../../src/store/keys.ts";
import { openLockdown } from "../../src/store/lockdowns.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, BOB, CAROL } from "../helpers/people.ts";
import { type Scene, sceneOf, tokenIn } from "../helpers/scene.ts";
import { type Running, startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;
let running: Running;

const { lockdowns } = keysFor("test");
const WHOM = UserId.parse(BOB);
const NOTE = `signed-lockdown-${BOB}`;
const JUNK = "A".repeat(43);

beforeEach(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  running = await startReplica(world);
});
afterEach(() => world.close());

const inRedis = () => world.commands.hget(lockdowns, BOB);
const onHub = async () => (await running.bot.hub.readNotes())[NOTE];
const writeOnHub = (text: string | null) => running.bot.hub.changeNotes(() => ({ [NOTE]: text as string }));
const opened = (text: string | null | undefined) => openLockdown(world.signer, WHOM, text ?? undefined);

async function set(word: "lockdown" | "unlock") {
  await scene.say(ALICE, `${word} @bob a reason`);
  await eventually(async () => opened(await inRedis())?.locked === (word === "lockdown"));
}

/** In both places, and for BOB himself. */
async function isLocked() {
  const [here, there] = [await inRedis(), await onHub()];
  expect(here).toBe(there);
  expect(opened(here)?.locked).toBe(true);
  await scene.say(BOB, "peek 15m");
  expect(await scene.onHub()).toEqual([]);
}

/** As the thief of one place would have them. */
const FORGED: [string, () => Promise<string>][] = [
  [
    "forged in the year 9999",
    async () =>
      JUNK + JSON.stringify({ locked: false, by: ALICE, words: "", at: Date.UTC(9999), n: 2 ** 50 }),
  ],
  [
    "without a signature",
    async () => JSON.stringify({ locked: false, by: ALICE, words: "", at: Date.UTC(9999) }),
  ],
  [
    "that was signed for somebody else",
    async () => {
      await scene.say(ALICE, "lockdown @carol a reason");
      await scene.say(ALICE, "unlock @carol a reason");
      return eventually(async () => {
        const text = await world.commands.hget(lockdowns, CAROL);
        return text?.includes('"locked":false') ? text : undefined;
      });
    },
  ],
  [
    "that is older than the one that counts",
    async () => {
      await set("lockdown");
      await set("unlock");
      const old = await inRedis();
      await set("lockdown");
      return old ?? "";
    },
  ],
];

describe.each(FORGED)("an unlock %s", (_, forge) => {
  test("on the hub lifts nothing, and is written over", async () => {
    await set("lockdown");
    await writeOnHub(await forge());
    await world.sweep();
    await isLocked();
  });

  test("in Redis lifts nothing for longer than one sweep", async () => {
    await set("lockdown");
    await world.commands.hset(lockdowns, BOB, await forge());
    await world.sweep();
    await isLocked();
  });
});

test("deleted in either place it comes back, and access that slipped through goes", async () => {
  await set("lockdown");
  await writeOnHub(null);
  await world.sweep();
  await isLocked();
  await world.commands.hdel(lockdowns, BOB);
  const token = tokenIn(await scene.get("guest 1h", "slipped through"));
  const { id } = await scene.because("slipped through", "active");
  await world.commands.del(keysFor("test").request(id));
  await world.sweep();
  expect(await scene.login(token)).not.toBe("good");
  expect(await inRedis()).toBe(await onHub());
});

describe("a note that nobody can read", () => {
  const unlocked = JSON.stringify({ locked: false, by: ALICE, words: "", at: 0, n: 7 });

  test.each([
    ["is no JSON", `${JUNK}{}`],
    ["another key signed, though it says unlocked", JUNK + unlocked],
  ])("and that %s locks, until somebody writes a new one", async (_, text) => {
    await writeOnHub(text);
    await world.sweep();
    await scene.say(BOB, "peek 15m");
    await scene.say(CAROL, "peek 15m");
    await scene.record((one) => one.requester === CAROL && one.state === "active");
    expect(
      (await world.records()).filter(({ requester, activeAt }) => requester === BOB && activeAt),
    ).toEqual([]);
    await world.sweep();
    const entries = (await world.commands.xrange(keysFor("test").trail, "-", "+")).map(
      ([, [, entry]]) => entry,
    );
    expect(entries.filter((entry) => entry?.includes("lockdown.taken-over"))).toHaveLength(1);
    await set("unlock");
    await world.sweep();
    expect(opened(await onHub())?.locked).toBe(false);
  });
});

describe("clocks", () => {
  const skewed = (by: number) => ({ now: () => world.clock.now() + by, sleep: world.clock.sleep });
  const deliverTo = ({ port }: Running) => world.slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);

  test.each([50, -50])(
    "of a replica that is %i s ahead decide nothing: the last who wrote is heard",
    async (apart) => {
      const other = await startReplica(world, { clock: skewed(apart * SECOND) });
      // Karpor sees the one, and the sweep brings the other there.
      for (const [word, first, second] of [
        ["lockdown", other, running],
        ["lockdown", running, other],
        ["unlock", other, running],
        ["unlock", running, other],
      ] as const) {
        deliverTo(first);
        await set(word === "lockdown" ? "unlock" : "lockdown");
        await world.hub.down();
        deliverTo(second);
        await set(word);
        await world.hub.up();
        await world.sweep();
        expect(await onHub()).toBe(await inRedis());
        expect(opened(await onHub())?.locked).toBe(word === "lockdown");
      }
    },
  );

  test("two replicas that write in the same second leave one lockdown, the same in both places", async () => {
    const other = await startReplica(world, { clock: skewed(50 * SECOND) });
    deliverTo(running);
    const locking = scene.say(ALICE, "lockdown @bob a reason");
    deliverTo(other);
    await Promise.all([locking, scene.say(ALICE, "unlock @bob a reason")]);
    await eventually(async () => opened(await inRedis())?.n === 2);
    await world.sweep();
    expect(await onHub()).toBe(await inRedis());
  });
});

/** The command line; by default with Redis away, and with a clock an hour behind. */
const lockByHand = (variables: NodeJS.ProcessEnv = { REDIS_URL: "redis://127.0.0.1:1" }) => {
  const clock = { now: () => world.clock.now() - HOUR, sleep: world.clock.sleep };
  const outer = { clock, log: createLog("silent"), colour: false, say: () => {}, confirm: async () => true };
  return grants(["lockdown", `@${BOB}`, "a stolen laptop"], {
    ...outer,
    variables: { ...world.env, ...variables },
  });
};

describe("`grants lockdown` with Redis away", () => {
  test("holds though the clock is an hour behind, and when Redis is back", async () => {
    await set("lockdown");
    await set("unlock");
    await world.sweep();
    await world.jump(MINUTE);
    expect(await lockByHand()).toBe(true);
    expect(opened(await onHub())).toMatchObject({ locked: true, by: expect.stringContaining("operator") });
    await world.sweep();
    await isLocked();
  });

  test("wins over an unlock of the same number that it could not see", async () => {
    await set("lockdown");
    await world.hub.down();
    await set("unlock");
    await world.hub.up();
    expect(await lockByHand()).toBe(true);
    expect(opened(await onHub())?.n).toBe(opened(await inRedis())?.n);
    await world.sweep();
    await isLocked();
    expect(opened(await onHub())?.n).toBeGreaterThan(1001);
  });

  test("is not outdone by a forged note with a higher number", async () => {
    await writeOnHub(
      JUNK + JSON.stringify({ locked: false, by: ALICE, words: "", at: 0, n: Number.MAX_SAFE_INTEGER }),
    );
    expect(await lockByHand()).toBe(true);
    await world.sweep();
    await isLocked();
  });
});
