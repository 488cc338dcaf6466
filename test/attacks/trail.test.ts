/**
 * Attack: who writes to Redis rewrites the trail. `audit verify` says so, also after the bot sealed once more, until an
 * operator acknowledges it, and then for anything new.
 */
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { audit } from "../../src/cli/audit/index.ts";
import { checkTrail } from "../../src/cli/doctor/trail.ts";
import { sealTrail } from "../../src/life/trail/seal-trail.ts";
import { HOUR, MINUTE } from "../../src/request/durations.ts";
import { keysFor } from "../../src/store/keys.ts";
import { type Seal, sealHash } from "../../src/store/seals.ts";
import { copyRedis } from "../helpers/copy.ts";
import { ALICE, BOB } from "../helpers/people.ts";
import { type Scene, sceneOf } from "../helpers/scene.ts";
import { type Running, startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;
let running: Running;
let putBack: () => Promise<void>;
const { trail, seals, kept } = keysFor("test");
const JUNK = "A".repeat(43);

beforeAll(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  running = await startReplica(world);
  await scene.say(ALICE, "lockdown @carol a lost phone");
  await scene.card("Locked down");
  await sealTrail(running.bot);
  await scene.get("guest 1h", "who has it");
  await sealTrail(running.bot);
  await scene.say(BOB, "end");
  await scene.proveEnd((await scene.record(({ reason }) => reason === "who has it")).id);
  await sealTrail(running.bot);
});
beforeEach(async () => {
  const [redis, hub] = [await copyRedis(world.commands), world.localHub.copy()];
  putBack = async () => {
    hub();
    await redis();
  };
});
afterEach(() => putBack());
afterAll(() => world.close());

async function run(line: string) {
  const lines: string[] = [];
  const code = await audit(line.split(" "), {
    variables: world.env,
    clock: world.clock,
    log: pino({ level: "silent" }, { write() {} }),
    colour: false,
    say: (said) => lines.push(said),
    confirm: async () => false,
  });
  return { code, text: lines.join("\n") };
}

type Stored = [id: string, text: string];

async function readAll(key: string): Promise<Stored[]> {
  return (await world.commands.xrange(key, "-", "+")).map(([id, [, text = ""]]) => [id, text]);
}

async function writeAll(key: string, field: string, all: Stored[]) {
  await world.commands.del(key);
  for (const [id, text] of all) await world.commands.xadd(key, id, field, text);
}

/** Seals over what is there, as who has no key can make them. */
async function forgeSeals() {
  const entries = (await readAll(trail)).map(([id, text]) => ({ id, text }));
  const id = entries.at(-1)?.id ?? "";
  const seal: Seal = { id, count: entries.length, hash: sealHash(null, entries) };
  await writeAll(seals, "seal", [[id, JUNK + JSON.stringify(seal)]]);
}

const newestId = async (key: string) => (await readAll(key)).at(-1)?.[0] ?? "";

/** Something that people do, and its seal. */
async function goOn() {
  await scene.say(ALICE, "unlock @carol found");
  await sealTrail(running.bot);
}

/** It is told at once, after the next seals too, until it is acknowledged; and then for more. */
async function isTold(words: RegExp) {
  const first = await run("verify");
  expect(first).toMatchObject({ code: 1, text: expect.stringMatching(words) });
  expect(first.text).toContain("The trail is not whole.");
  await goOn();
  await sealTrail(running.bot);
  expect((await run("verify")).code).toBe(1);
}

async function isAcknowledgedOnce() {
  expect((await run("acknowledge --as Ann somebody wrote to Redis")).code).toBe(0);
  expect(await run("verify")).toMatchObject({
    code: 0,
    text: expect.stringContaining("acknowledged by operator Ann"),
  });
  const [[oldest = ""] = []] = await readAll(trail);
  await world.commands.xdel(trail, oldest);
  expect((await run("verify")).code).toBe(1);
}

test("without an attack the trail is whole, and stays so", async () => {
  await goOn();
  expect(await run("verify")).toMatchObject({
    code: 0,
    text: expect.stringContaining("The trail is whole."),
  });
});

describe("a trail that was written anew", () => {
  test("in other words, with seals that fit", async () => {
    const all = await readAll(trail);
    await writeAll(
      trail,
      "entry",
      all.map(([id, text]) => [id, JUNK + text.slice(43).replaceAll(BOB, ALICE)]),
    );
    await forgeSeals();
    await isTold(/entry [\d-]+ was not written by this bot/);
  });

  test("without one access, by entries that the bot did write: its new seal does not hide it", async () => {
    const left = (await readAll(trail)).filter(([, text]) => !text.includes("who has it"));
    await writeAll(trail, "entry", left);
    await world.commands.del(seals);
    await isTold(/Redis ends before it|Redis holds another one/);
    expect((await run("verify")).text).toContain("Redis lost this seal");
    await isAcknowledgedOnce();
  });

  test("as it was an hour ago", async () => {
    const old = [await readAll(trail), await readAll(seals)] as const;
    await scene.get("guest 1h", "taken back", BOB);
    await sealTrail(running.bot);
    await writeAll(trail, "entry", old[0]);
    await writeAll(seals, "seal", old[1]);
    await isTold(/Redis ends before it/);
    await isAcknowledgedOnce();
    const { id } = await scene.because("taken back", "active");
    await scene.say(BOB, `end ${id}`);
    await scene.proveEnd(id);
  });

  test("from its middle on, as if the rest were older than audit.keep", async () => {
    const [first, second] = await readAll(seals);
    for (const [entries, sealed] of [
      [first, first],
      [second, first],
    ]) {
      const isAfter =
        (from: Stored | undefined) =>
        ([id]: Stored) =>
          id > (from?.[0] ?? "");
      await writeAll(trail, "entry", (await readAll(trail)).filter(isAfter(entries)));
      await writeAll(seals, "seal", (await readAll(seals)).filter(isAfter(sealed)));
      await isTold(/are missing|were changed/);
    }
    await isAcknowledgedOnce();
  });
});

describe("a seal", () => {
  test("of another place is none: what it should cover is not taken for trimmed", async () => {
    const [first, ...others] = await readAll(seals);
    const moved = others.map(
      ([id], i): Stored => [id, i === 0 ? (first?.[1] ?? "") : (others[i]?.[1] ?? "")],
    );
    await writeAll(seals, "seal", moved);
    await world.commands.xdel(trail, (await readAll(trail))[0]?.[0] ?? "");
    await isTold(/seal [\d-]+ was not made by this bot/);
  });

  test("that is forged never comes to the hub, and as long as it is the newest no word of an operator hides it", async () => {
    const before = JSON.stringify(await running.bot.hub.readNotes());
    const forged: Seal = { id: "99999999999999-0", count: 1, hash: "0".repeat(64) };
    await world.commands.xadd(seals, forged.id, "seal", JUNK + JSON.stringify(forged));
    await isTold(/seal 99999999999999-0 was not made by this bot/);
    expect(JSON.stringify(await running.bot.hub.readNotes())).toContain(
      JSON.parse(before)["trail-seal"].slice(0, 43),
    );
    await run("acknowledge --as Ann nothing to see");
    expect(await run("verify")).toMatchObject({
      code: 1,
      text: expect.stringContaining("nothing is sealed after it"),
    });
    expect(await checkTrail(doctorSide())).toMatchObject({
      level: "fail",
      fix: expect.stringContaining(seals),
    });
    // As doctor says.
    await world.commands.del(seals);
    await sealTrail(running.bot);
    await run("acknowledge --as Ann the forged seal is gone");
    expect((await run("verify")).code).toBe(0);
    expect(await checkTrail(doctorSide())).toMatchObject({ level: "ok" });
  });
});

const doctorSide = () => {
  const { store, config, clock } = running.bot;
  return { store, config, clock, redis: world.commands };
};

describe("sealing", () => {
  test("goes on whatever is kept for a while without an end", async () => {
    for (const name of ["sealing", "hourly-look", "audit-webhook", "seal"])
      await world.commands.set(kept(name), "1");
    await goOn();
    expect(await newestId(seals)).toBe(await newestId(trail));
  });

  test("comes to an end with entries of any shape, and each is told", async () => {
    await world.commands.xadd(trail, "*", "other", "field", "entry", "{}");
    await world.commands.xadd(trail, "*", "", "");
    expect(await running.bot.store.seals.make()).toBe(true);
    expect(await running.bot.store.seals.make()).toBe(false);
    expect((await run("verify")).text.match(/was not written by this bot/g)).toHaveLength(2);
  });

  test("that is kept back fails verify and doctor after five minutes, and no word of an operator hides it", async () => {
    const entry = (await readAll(trail))[0]?.[1] ?? "";
    for (const at of [Date.now() - 6 * MINUTE, Date.now() + HOUR]) {
      await writeAll(trail, "entry", [[`${at}-0`, entry]]);
      // A stream whose last id was far ahead takes no new seal.
      await world.commands.del(seals);
      await world.commands.xadd(seals, "99999999999999-0", "seal", "");
      await world.commands.xdel(seals, "99999999999999-0");
      await expect(sealTrail(running.bot)).rejects.toThrow();
      expect((await run("verify")).text).toContain("are not sealed: something keeps the bot from it.");
      expect(await checkTrail(doctorSide())).toMatchObject({ level: "fail" });
    }
  });
});

describe("an entry that a stranger added", () => {
  test("is sealed with the others, and told as not ours: by verify, in the export, and not in the report", async () => {
    const text = (await readAll(trail)).find(([, one]) => one.includes("access.granted"))?.[1] ?? "";
    const forged =
      JUNK +
      text
        .slice(43)
        .replaceAll("who has it", "a forged reason")
        .replaceAll(/R-\w{10}/g, "R-0000000000");
    await world.commands.xadd(trail, "*", "entry", forged);
    await isTold(/entry [\d-]+ was not written by this bot/);
    const line = (await run("export")).text.split("\n").find((one) => one.includes("a forged reason"));
    expect(typeof JSON.parse(line ?? "").entry).toBe("string");
    expect((await run("report")).text).not.toContain("a forged reason");
    await isAcknowledgedOnce();
  });

  test.each(["lockdown.set", "access.granted"])(
    "is told as a copy where the bot wrote it once: %s",
    async (event) => {
      const text = (await readAll(trail)).find(([, one]) => one.includes(`"${event}"`))?.[1] ?? "";
      await world.commands.xadd(trail, "*", "entry", text);
      await isTold(/entry [\d-]+ is a copy/);
    },
  );

  test("acknowledges nothing", async () => {
    const [[id = ""] = []] = await readAll(trail);
    await world.commands.xdel(trail, id);
    const { text } = await run("verify");
    const faults = text.split("\n").slice(1, -1);
    const said = {
      event: "trail.acknowledged",
      id: null,
      at: world.clock.now(),
      by: "operator Ann",
      words: "",
      faults,
    };
    await world.commands.xadd(trail, "*", "entry", JUNK + JSON.stringify(said));
    expect(await run("verify")).toMatchObject({
      code: 1,
      text: expect.not.stringContaining("acknowledged by"),
    });
  });
});

test("what was acknowledged and is changed once more is new", async () => {
  const all = await readAll(trail);
  // One seal covers both.
  const [, asked, approved] = all;
  const leaveOut = async (left: Stored | undefined) => {
    const since = (await readAll(trail)).filter(([id]) => id > (all.at(-1)?.[0] ?? ""));
    await writeAll(trail, "entry", [...all.filter((one) => one !== left), ...since]);
  };
  await leaveOut(asked);
  await run("acknowledge --as Ann an operator's mistake");
  expect((await run("verify")).code).toBe(0);
  await leaveOut(approved);
  expect((await run("verify")).code).toBe(1);
});
