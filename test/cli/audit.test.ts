/** `audit`: the trail is exported, its seals are verified, and access is reported on. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { audit } from "../../src/cli/audit/index.ts";
import { UsageError } from "../../src/cli/options.ts";
import { sealTrail } from "../../src/life/trail/seal-trail.ts";
import { DAY, MINUTE } from "../../src/request/durations.ts";
import { keysFor } from "../../src/store/keys.ts";
import { sealHash } from "../../src/store/seals.ts";
import { copyRedis } from "../helpers/copy.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, BOB, MEI } from "../helpers/people.ts";
import { type Scene, sceneOf } from "../helpers/scene.ts";
import { type Running, startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;
let running: Running;
const { trail, seals } = keysFor("test");

beforeAll(async () => {
  world = await startWorld({ config: { audit: { keep: "2d" } } });
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
  const { lines } = await run("export --from 2020-01-01");
  const entries = lines.map((line) => JSON.parse(line) as { seal: string; entry: { event: string } });
  expect(entries.map(({ entry }) => entry.event)).toEqual(
    expect.arrayContaining(["request.asked", "request.approved", "access.granted", "end.proved"]),
  );
  for (const { seal } of entries) expect(seal).toMatch(/^[0-9a-f]{64}$/);
  expect((await run("export --to 2020-01-01")).lines).toEqual([]);
  await expect(run("export --from yesterday")).rejects.toThrow(UsageError);
});

describe("report", () => {
  const TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d`;

  test("who had it at a moment, why, by whose approval, how it ended, and how that is proved: one line", async () => {
    const { activeAt } = await scene.record(({ reason }) => reason === "for the trail");
    const then = new Date((activeAt ?? 0) + 1).toISOString();
    const { lines } = await run(`report --at ${then}`);
    expect(lines).toHaveLength(4);
    expect(lines[2]).toMatch(
      new RegExp(
        String.raw`^\| bob \| ${BOB} \| guest \| ${TIME} \| ${TIME} \| for the trail \|  \| alice \(${ALICE}\) ` +
          String.raw`\| holder by bob \(${BOB}\) \| ${TIME} \(probe\) \| not known \|  \| R-\w{10} \|$`,
      ),
    );
    expect(lines.at(-1)).toContain("1 grants: 0 go on, 0 ended without a proof.");
    expect((await run("report --at 2020-01-01")).text).toContain("0 grants");
  });

  test("by role and person, as CSV that no spreadsheet runs, as lines of JSON, and for a review", async () => {
    await scene.get("guest 2h", "=HYPERLINK(1)");
    const csv = (await run("report --format csv --person @BOB --role guest")).lines;
    expect(csv).toHaveLength(3);
    expect(csv[2]).toContain(`,'=HYPERLINK(1),`);
    expect(csv[2]).toContain("goes on until");
    const json = (await run(`report --format jsonl --person ${BOB}`)).lines.map((line) => JSON.parse(line));
    expect(json.map(({ Why }) => Why)).toEqual(["for the trail", "=HYPERLINK(1)"]);
    expect((await run("report --role admin --format jsonl")).lines).toEqual([]);
    const [review] = (await run("report --review --format jsonl")).lines.map((line) => JSON.parse(line));
    expect(review).toMatchObject({ Name: "bob", Role: "guest", Times: "2", "Use not known": "2" });
    expect(review["Approved by"]).toBe(`alice (${ALICE})`);
    for (const wrong of ["--format pdf", "--at 2026-01-01 --to 2026-02-01", "--from yesterday"])
      await expect(run(`report ${wrong}`)).rejects.toThrow(UsageError);
  });

  test("who had it prolonged is one line at a moment of both, with both reasons", async () => {
    await world.slack.click(ALICE, await scene.ask("more 1h", "still looking"), "approve");
    const { id, activeAt, endsAt } = await scene.because("still looking", "active");
    // A try by somebody else is the newest entry of it, and hides nothing.
    await scene.say(MEI, `revoke ${id} not mine`);
    const tries = async () => (await run("export")).lines.filter((line) => line.includes("attempt.refused"));
    await eventually(async () => (await tries()).length > 0);
    const then = new Date((activeAt ?? 0) + 1).toISOString();
    const rows = (await run(`report --at ${then} --format jsonl`)).lines.map((line) => JSON.parse(line));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ Name: "bob", Why: "=HYPERLINK(1); still looking" });
    expect(rows[0]["Approved by"]).toBe(`alice (${ALICE})`);
    expect(rows[0].To).toContain(new Date(endsAt ?? 0).toISOString().slice(11, 16));
  });

  test("access of a restored record is not known, and not left out", async () => {
    await scene.ask("guest 1h", "before the restore", MEI);
    const before = await copyRedis(world.commands);
    await world.slack.click(ALICE, await scene.card("before the restore"), "approve");
    const { id } = await scene.because("before the restore", "active");
    await world.slack.click(MEI, await scene.tokenOf(MEI, id), "end", { confirm: true });
    await scene.proveEnd(id);
    await before();
    await world.jump(5 * MINUTE);
    await scene.record((one) => one.id === id && one.state === "closed" && one.ending?.cause === "restored");
    const rows = (await run("report --format jsonl")).lines.map((line) => JSON.parse(line));
    expect(rows.find(({ Request }) => Request === id)).toMatchObject({
      ...{ From: "not known", Used: "not known", Ended: expect.stringContaining("restored: not known") },
    });
  });

  test("| head ends it quietly", async () => {
    const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
    const line = `"${process.execPath}" "${main}" audit report --format jsonl | head -n 0`;
    const { stderr, status } = spawnSync("sh", ["-c", line], {
      ...{ encoding: "utf8", env: { ...process.env, ...world.env } },
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  });
});

describe("verify", () => {
  test("a whole trail, and how old its newest seal is", async () => {
    const whole = await run("verify");
    expect(whole).toMatchObject({ code: 0, text: expect.stringContaining("The trail is whole.") });
    expect(whole.lines[0]).toMatch(/the newest .* UTC, \d+m old/);
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
