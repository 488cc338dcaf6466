/**
 * Promise 5, of values instead of machines: whatever is read from Redis or from the hub's notes may be damaged. What it
 * concerns is held, and everything else goes on: another request is granted, ended and locked out as usual.
 */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { audit } from "../../src/cli/audit/index.ts";
import { grants } from "../../src/cli/grants/index.ts";
import { createLog } from "../../src/ops/log.ts";
import { HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import { keysFor } from "../../src/store/keys.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, APPROVALS, BOB, CAROL, MEI } from "../helpers/people.ts";
import { type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { type Running, startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;
let replica: Running;

const keys = keysFor("test");
const JUNK = `${"A".repeat(43)}{"locked":`;

beforeEach(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  replica = await startReplica(world);
});
afterEach(() => world.close());

/** MEI asks, is granted, ends it, and is locked out. */
async function othersGoOn() {
  const delivered = await scene.get("guest 1h", "somebody else", MEI);
  expect(await scene.login(tokenIn(delivered))).toBe("good");
  const { id } = await scene.because("somebody else", "active");
  await world.slack.click(MEI, delivered, "end", { confirm: true });
  expect((await scene.proveEnd(id)).outcome).toMatchObject({ kind: "ended", by: MEI });
  await scene.get("guest 2h", "to be locked out", MEI);
  await scene.say(ALICE, "lockdown @mei stolen laptop");
  await scene.record((one) => one.reason === "to be locked out" && one.ending?.cause === "lockdown");
  await scene.say(MEI, "peek 15m");
  await scene.whisper(MEI, "锁定");
  await scene.say(ALICE, "unlock @mei found");
  expect(replica.lines.filter(({ level, msg }) => level === "error" && msg.includes("sweep"))).toEqual([]);
}

/** BOB's access, whose values are damaged. */
async function held() {
  const token = tokenIn(await scene.get("guest 4h", "damaged"));
  const { id } = await scene.because("damaged", "active");
  return { id, token, hash: keys.request(id) };
}

const notices = (id: string) =>
  world.slack
    .messages(APPROVALS)
    .map(visibleText)
    .filter((text) => text.includes("cannot be read") && text.includes(id));

const isForgotten = (id: string) =>
  eventually(async () => {
    await world.jump(30 * SECOND);
    return !(await world.commands.smembers(keys.unfinished)).includes(id);
  });

/** The row of `audit report` on this request. */
async function reportOn(id: string): Promise<string | undefined> {
  const lines: string[] = [];
  await audit(["report"], {
    variables: world.env,
    clock: world.clock,
    log: createLog("silent"),
    colour: false,
    say: (said) => lines.push(said),
    confirm: async () => false,
  });
  return lines.find((line) => line.includes(id));
}

describe("a record", () => {
  const damages: [string, (hash: string) => Promise<unknown>][] = [
    ["of other text", (hash) => world.commands.hset(hash, "record", JUNK)],
    ["with another version than its own", (hash) => world.commands.hset(hash, "version", "another")],
    ["that is no hash", (hash) => world.commands.multi().del(hash).set(hash, JUNK).exec()],
  ];

  test.each(damages)("%s is held, told once, and ended by an admin", async (_, damage) => {
    const { id, token, hash } = await held();
    await damage(hash);
    await world.sweep();
    await scene.card("cannot be read");
    await othersGoOn();
    await world.jump(HOUR);
    expect(notices(id)).toHaveLength(1);
    expect(notices(id)[0]).toContain(`<@${ALICE}>`);
    expect(await scene.login(token)).toBe("good");
    await scene.say(CAROL, `revoke ${id} not an admin`);
    await scene.whisper(CAROL, "Only admins can revoke access whose record cannot be read.");
    await scene.say(ALICE, `revoke ${id} damaged`);
    await scene.whisper(ALICE, "Ended on Karpor");
    expect(await scene.login(token)).not.toBe("good");
    expect((await scene.onHub()).filter((name) => name.endsWith(id.toLowerCase()))).toEqual([]);
    expect(await reportOn(id)).toContain(`revoked by alice (${ALICE}): damaged`);
    await isForgotten(id);
  });

  test("is ended by `grants end` too, also one that waits", async () => {
    const { id, token, hash } = await held();
    await scene.ask("guest 1h", "damaged while it waits", MEI);
    const waiting = await scene.because("damaged while it waits", "waiting");
    for (const damaged of [hash, keys.request(waiting.id)])
      await world.commands.hset(damaged, "record", JUNK);
    await world.sweep();
    await world.slack.waitFor(() => notices(waiting.id).length === 1);
    const means = { clock: world.clock, log: createLog("error"), colour: false, variables: world.env };
    const said = { say: () => {}, confirm: async () => true };
    await grants(["end", id, waiting.id, "damaged", "--as", "ann"], { ...means, ...said });
    expect(await scene.login(token)).not.toBe("good");
    expect(await scene.onHub()).toEqual([]);
    for (const ended of [id, waiting.id]) await isForgotten(ended);
  });

  test("that waits is forgotten when its time is over", async () => {
    await scene.ask("guest 1h", "damaged while it waits", MEI);
    const { id } = await scene.because("damaged while it waits", "waiting");
    await world.commands.hset(keys.request(id), "record", JUNK);
    await world.jump(5 * HOUR + MINUTE);
    await isForgotten(id);
    expect(await scene.onHub()).toEqual([]);
  });
});

test("places of messages: each is posted anew, and its access ends as usual", async () => {
  const { id, hash } = await held();
  const places = (await world.commands.hkeys(hash)).filter((field) => field.startsWith("m:"));
  expect(places.length).toBeGreaterThan(1);
  for (const field of places) await world.commands.hset(hash, field, JUNK);
  await othersGoOn();
  await scene.say(BOB, "end");
  expect((await scene.proveEnd(id)).outcome).toMatchObject({ kind: "ended", by: BOB });
  await scene.dm(BOB, "Karpor refuses the token");
  const isCard = (text: string) => text.includes(id) && text.includes("*Ended");
  await world.slack.waitFor(() => world.slack.messages(APPROVALS).map(visibleText).some(isCard));
});

const NOTE = `lockdown-${CAROL}`;

describe("a lockdown of CAROL", () => {
  const damages: [string, () => Promise<unknown>][] = [
    ["in Redis", () => world.commands.hset(keys.lockdowns, CAROL, JUNK)],
    ["on the hub", () => replica.bot.hub.changeNotes(() => ({ [NOTE]: "no JSON" }))],
    [
      "in both places",
      async () => {
        await world.commands.hset(keys.lockdowns, CAROL, "no JSON");
        await replica.bot.hub.changeNotes(() => ({ [NOTE]: JUNK }));
      },
    ],
  ];

  test.each(damages)("%s holds, until somebody unlocks", async (_, damage) => {
    await scene.say(ALICE, "lockdown @carol a lost phone");
    await scene.card("Locked down");
    await damage();
    await world.sweep();
    await scene.say(CAROL, "peek 15m");
    expect(visibleText(await scene.whisper(CAROL, "locked"))).not.toContain("1970");
    await othersGoOn();
    await scene.say(ALICE, "unlock @carol found");
    await scene.say(CAROL, "peek 15m");
    await scene.record((one) => one.requester === CAROL && one.state === "active");
    expect(scene.visible()).not.toContain("1970");
  });
});

test("a lockdown of everybody that is no lockdown locks everybody, until somebody unlocks", async () => {
  await world.commands.hset(keys.lockdowns, "everybody", JUNK);
  await world.sweep();
  await scene.say(BOB, "peek 15m");
  await scene.whisper(BOB, "locked");
  await scene.say(ALICE, "unlock it was damaged");
  await othersGoOn();
  expect(scene.visible()).not.toContain("1970");
});

describe("what concerns nobody", () => {
  const damages: [string, () => Promise<unknown>][] = [
    [
      "what is kept for a while",
      async () => {
        const kept = await world.commands.keys(`${keys.kept("")}*`);
        expect(kept.length).toBeGreaterThan(0);
        for (const name of kept) await world.commands.set(name, JUNK, "KEEPTTL");
      },
    ],
    [
      "indexes with members that are none",
      async () => {
        for (const name of await world.commands.keys(`${keys.index("")}*`))
          await world.commands.zadd(name, world.clock.now(), "junk");
        await world.commands.sadd(keys.unfinished, "junk");
      },
    ],
    [
      "indexes of another kind",
      async () => {
        for (const name of [...["waiting", "granted", "unreviewed"].map(keys.index), keys.unfinished])
          await world.commands.multi().del(name).set(name, JUNK).exec();
      },
    ],
    ["seals in Redis", () => world.commands.xadd(keys.seals, "*", "seal", JUNK)],
    [
      "a deed, a seal and other notes on the hub",
      () =>
        replica.bot.hub.changeNotes(() => ({ "deed-0123456789abcdef": JUNK, seal: "no JSON", other: "" })),
    ],
    ["entries of the trail", () => world.commands.xadd(keys.trail, "*", "entry", JUNK)],
  ];

  test.each(damages)("%s: nothing is held", async (_, damage) => {
    const { id, token } = await held();
    await damage();
    await world.sweep();
    await othersGoOn();
    expect(await scene.login(token)).toBe("good");
    await scene.say(BOB, "end");
    expect((await scene.proveEnd(id)).outcome).toMatchObject({ kind: "ended", by: BOB });
  });
});

test("whose Redis it is: the bot that runs goes on, and none starts before it is put right", async () => {
  await world.commands.set(keys.owner, JUNK);
  await othersGoOn();
  await expect(startReplica(world)).rejects.toThrow(`${keys.owner} in Redis cannot be read`);
});
