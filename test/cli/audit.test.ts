/** `audit`: the trail is exported, its seals are verified, and access is reported on. */
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { audit } from "../../src/cli/audit/index.ts";
import { UsageError } from "../../src/cli/options.ts";
import { sealTrail } from "../../src/life/sweep/seal-trail.ts";
import { DAY } from "../../src/request/durations.ts";
import { keysFor } from "../../src/store/keys.ts";
import { sealHash } from "../../src/store/seals.ts";
import { copyRedis } from "../helpers/copy.ts";
import { ALICE, APPROVALS, BOB } from "../helpers/people.ts";
import { type Scene, sceneOf, visibleText } from "../helpers/scene.ts";
import { type Running, startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;
let running: Running;
const { trail, seals } = keysFor("test");

beforeAll(async () => {
  world = await startWorld({ config: { audit: { keep: "2d", checkpoint: "channel" } } });
  scene = sceneOf(world);
  running = await startReplica(world);
  await scene.get("guest 1h", "for the trail");
  const { id } = await scene.record(({ state }) => state === "active");
  await world.slack.click(BOB, await scene.tokenOf(BOB), "End now", { confirm: true });
  await scene.proveEnd(id);
  await sealTrail(running.bot);
});
afterAll(() => world.close());

async function run(line: string, variables: NodeJS.ProcessEnv = world.env) {
  const lines: string[] = [];
  const code = await audit(line.split(" "), {
    ...{ variables, clock: world.clock, log: pino({ level: "silent" }, { write() {} }), colour: false },
    ...{ say: (said) => lines.push(said), confirm: async () => false },
  });
  return { code, lines, text: lines.join("\n") };
}

/** Runs with a Redis that somebody changed, and puts it back. */
async function verifyAfter(change: () => Promise<unknown>) {
  const restore = await copyRedis(world.commands);
  await change();
  const verified = await run("verify");
  await restore();
  return verified;
}

const firstEntry = async () => {
  const [entry] = await world.commands.xrange(trail, "-", "+", "COUNT", 1);
  return entry ?? ["", []];
};

test("export: each entry as it was stored, with its seal", async () => {
  const { lines } = await run("export --from 2020-01-01 --format jsonl");
  const entries = lines.map((line) => JSON.parse(line) as { seal: string; entry: { event: string } });
  expect(entries.map(({ entry }) => entry.event)).toEqual(
    expect.arrayContaining(["request.asked", "request.approved", "access.granted", "end.proved"]),
  );
  for (const { seal } of entries) expect(seal).toMatch(/^[0-9a-f]{64}$/);
  expect((await run("export --to 2020-01-01")).lines).toEqual([]);
  await expect(run("export --from yesterday")).rejects.toThrow(UsageError);
});

test("report: who had what, who approved it, how it ended, and the proof", async () => {
  const { code, text } = await run("report --days 7");
  expect(code).toBe(0);
  expect(text).toMatch(
    new RegExp(
      `\\| R-\\w{10} \\| ${BOB} \\| guest \\| .* \\| ${ALICE} \\| .* \\| holder by ${BOB} \\| .*\\(probe\\) \\|`,
    ),
  );
  expect(text).toContain("1 grants; 0 of them not proved");
});

describe("verify", () => {
  test("a whole trail, whose newest seal is on the hub and once a day in Slack", async () => {
    expect(await run("verify")).toMatchObject({
      code: 0,
      text: expect.stringContaining("The trail is whole."),
    });
    await sealTrail(running.bot);
    const posted = world.slack.messages(APPROVALS).filter((one) => visibleText(one).includes("audit verify"));
    expect(posted).toHaveLength(1);
  });

  test("an entry that is missing, changed or added", async () => {
    const [id, fields] = await firstEntry();
    expect((await verifyAfter(() => world.commands.xdel(trail, id))).text).toMatch(
      /1 of \d+ entries are missing/,
    );
    const changed = await verifyAfter(async () => {
      const all = await world.commands.xrange(trail, "-", "+");
      await world.commands.del(trail);
      for (const [one, [, text = ""]] of all)
        await world.commands.xadd(trail, one, "entry", one === id ? text.replace("guest", "admin") : text);
    });
    expect(changed).toMatchObject({ code: 1, text: expect.stringContaining("were changed") });
    const added = await verifyAfter(async () => {
      const all = await world.commands.xrange(trail, "-", "+");
      await world.commands.del(trail);
      await world.commands.xadd(trail, "1-1", ...(fields as [string, string]));
      for (const [one, [, text = ""]] of all) await world.commands.xadd(trail, one, "entry", text);
    });
    expect(added.text).toContain("1 entries were added");
  });

  test("seals that were all made again are not ours; lost ones are missed", async () => {
    const forged = await verifyAfter(async () => {
      const entries = (await world.commands.xrange(trail, "-", "+")).map(([id, [, text = ""]]) => ({
        id,
        text,
      }));
      const last = entries.at(-1)?.id ?? "";
      const seal = { id: last, count: entries.length, hash: sealHash(null, entries) };
      const mac = "A".repeat(43);
      await world.commands.del(seals);
      await world.commands.xadd(seals, last, "seal", mac + JSON.stringify(seal));
    });
    expect(forged).toMatchObject({
      code: 1,
      text: expect.stringMatching(/seal [\d-]+ was not made by this bot/),
    });
    const lost = await verifyAfter(() => world.commands.del(seals, trail));
    expect(lost).toMatchObject({ code: 1, text: expect.stringContaining("Redis ends before it") });
  });

  test("an older copy of Redis is noted on the hub until an operator acknowledges it", async () => {
    await world.commands.del(seals, trail);
    await world.commands.xadd(trail, "*", "entry", "somebody else's");
    await sealTrail(running.bot);
    const errors = running.lines.filter(({ level }) => level === "error");
    expect(errors.some(({ msg }) => msg.includes("the seal that the hub holds"))).toBe(true);
    const before = await run("verify");
    expect(before).toMatchObject({ code: 1, text: expect.stringContaining("Redis lost this seal") });
    expect(before.text).toMatch(/entry [\d-]+ was not written by this bot/);
    await world.commands.del(seals);
    await sealTrail(running.bot);
    expect((await run("acknowledge --as Ann restored from a backup")).code).toBe(0);
    const known = await run("verify");
    expect(known).toMatchObject({ code: 0, text: expect.stringContaining("acknowledged by operator Ann") });
    await world.commands.xadd(trail, "*", "entry", "another one");
    expect((await run("verify")).code).toBe(1);
  });

  test("what is older than audit.keep goes with its seals, and the rest stays whole", async () => {
    const restore = await copyRedis(world.commands);
    const all = await world.commands.xrange(trail, "-", "+");
    await world.commands.del(trail, seals);
    const old = Date.now() - 3 * DAY;
    for (const at of [old, old + 1]) {
      await world.commands.xadd(trail, `${at}-0`, "entry", "{}");
      await running.bot.store.seals.make();
    }
    for (const [id, [, text = ""]] of all) await world.commands.xadd(trail, id, "entry", text);
    await sealTrail(running.bot);
    expect((await firstEntry())[0]).toBe(`${old + 1}-0`);
    const { text } = await run("verify");
    expect(text).not.toMatch(/missing|were changed/);
    await restore();
  });
});

test("without Redis it says so; a wrong word is refused", async () => {
  await expect(run("forget R-1")).rejects.toThrow(UsageError);
  const { code, text } = await run("verify", { ...world.env, REDIS_URL: "redis://127.0.0.1:1" });
  expect({ code, text }).toMatchObject({ code: 1, text: expect.stringContaining("Redis does not answer") });
});
