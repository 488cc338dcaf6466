/** `audit` through its own door: exported, verified, reported, and what people typed removed. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { scratch } from "../../../sandbox/child.ts";
import { audit } from "../../../src/cli/audit/index.ts";
import { auditOptions } from "../../../src/cli/audit/options.ts";
import type { Config } from "../../../src/config.ts";
import { backgroundOf } from "../../../src/domain/background.ts";
import { DAY, HOUR, MINUTE } from "../../../src/domain/duration.ts";
import {
  generationContradicted,
  generationGone,
  renewed,
  usedLate,
} from "../../../src/domain/generations.ts";
import { AllowanceId, type RequestId } from "../../../src/domain/ids.ts";
import type { In, State, Verification } from "../../../src/domain/request.ts";
import { headText } from "../../../src/domain/seal.ts";
import { NO_USE } from "../../../src/domain/use.ts";
import { createAllowances } from "../../../src/store/allowances.ts";
import { testRedis } from "../../helpers/redis.ts";
import { ana, asked, ben, inState, reviewBy, taken, unreviewed } from "../../store/samples.ts";
import { openTrail, type Trail } from "./trail.ts";

const redis = await testRedis();
const dir = scratch("karpor-access-audit");
afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  dir.remove();
});

let trail: Trail;
beforeAll(() => {
  trail = openTrail(redis);
});

/** As typed on the command line. */
async function run(line: string) {
  const [said, warned, written]: [string[], string[], Buffer[]] = [[], [], []];
  const output = new Writable({
    highWaterMark: 1_000,
    write(chunk: Buffer, _, done) {
      written.push(chunk);
      setImmediate(done);
    },
  });
  const instance = /:(.*)\}/.exec(trail.keys.prefix)?.[1] ?? "";
  const config = {
    ...{ instance, hub: { namespace: "x" }, env: { REDIS_URL: redis.server.url } },
    roles: { guest: {}, reader: {} },
  } as unknown as Config;
  const good = await audit(auditOptions(line.split(" ")), {
    ...{ config: () => config, clock: trail.clock, log: pino({ level: "silent" }), output },
    say: (text) => void said.push(text),
    warn: (text) => void warned.push(text),
    confirm: async () => true,
    user: () => "dpo",
  });
  await new Promise<void>((resolve) => output.end(resolve));
  return {
    good,
    said: said.join("\n"),
    warned: warned.join("\n"),
    written: Buffer.concat(written).toString(),
  };
}

const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

/** On the month of that time. */
const reported = async (at: number, more = ""): Promise<string> =>
  (await run(`report --month ${monthOf(at)} --no-names${more}`)).said;

/** Its end is proved, or settled, this very moment. */
async function proved(id: RequestId, by: Pick<Verification, "method" | "operator" | "reason">) {
  const at = trail.clock.now();
  await trail.requests.update(id, (r) => {
    const ended = inState(r, "ended");
    return { ...ended, verification: { ...by, deletedAt: at, at } } as typeof ended;
  });
}

test.each([
  ["", "Say what to do: export, forget, report, verify."],
  ["export --format xml", "--format is jsonl or csv."],
  ["export --from yesterday", "--from wants a day or a time"],
  ["export --person bob", "--person wants a Slack user id"],
  ["report --month 2026-13", "--month wants a month, such as 2026-11."],
  ["verify", "Say one file, or --live."],
  ["verify a b", "Say one file, or --live."],
  ["verify a --head 17", "--head wants a seal"],
  ["forget", "Say one request (R-…) or allowance (A-…), or --person"],
  ["forget R-7K2Q9FXT --as \u001b[2J", "Say who you are"],
])("%s is refused, saying what to write", (line, why) =>
  expect(() => auditOptions(line.split(" "))).toThrow(why),
);

test("a month: exported, verified, reported; texts removed, and whole all the same", async () => {
  const { clock, walk } = trail;
  // The first of a month, so that the month is the same throughout.
  const now = new Date(clock.now());
  clock.jump(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 2) - clock.now());
  const month = new Date(clock.now()).toISOString().slice(0, 7);
  const held = await walk(["pending", "approved", "delivering", "active", "ending"], { role: "admin" });
  clock.jump(3 * HOUR);
  await proved(held, { method: "absence" });
  const denied = await walk(["pending", "denied"], { requester: ben, reason: "for | the *secret* <b>" });
  await trail.seal();
  const head = headText((await trail.seals.head()) ?? { seal: 0, hash: "" });

  const jsonl = join(dir.path, "trail.jsonl");
  const csv = join(dir.path, "trail.csv");
  writeFileSync(jsonl, (await run("export --no-names")).written);
  writeFileSync(csv, (await run("export --no-names --format csv")).written);
  for (const file of [jsonl, csv]) {
    const { good, said } = await run(`verify ${file} --head ${head}`);
    expect(said).toMatch(/^Whole: \d+ entries and 1 seals, from seal 1/);
    expect(good).toBe(true);
  }
  writeFileSync(jsonl, readFileSync(jsonl, "utf8").replace('"who":"U0BEN"', '"who":"U0EVE"'));
  const edited = await run(`verify ${jsonl}`);
  expect(edited).toMatchObject({
    good: false,
    said: expect.stringMatching(/^Not whole. First, at line \d+: R-\S+ .* was edited\./),
  });
  await expect(run(`verify ${join(dir.path, "none")}`)).rejects.toThrow("none: there is no such file");
  const other = join(dir.path, "other");
  writeFileSync(other, "hello\n");
  await expect(run(`verify ${other}`)).rejects.toThrow("holds no line of a trail");

  const report = (await run(`report --month ${month} --no-names`)).said;
  expect(report).toContain(`The trail it was made of is whole up to seal ${head} of ${month}-02 `);
  expect(report).toMatch(/^\| U0ANA \| admin \| 1 \| \S+ \| \S+ \| U0BEN \| not known \| not known \|$/m);
  expect(report).toMatch(new RegExp(`^\\| .* \\| U0BEN \\| guest \\| U0BEN \\| no \\| ${denied} \\|$`, "m"));
  // Its end took three hours to be confirmed.
  expect(report).toMatch(new RegExp(`Ends late, or not confirmed at once[^#]*\\| absence \\| ${held} \\|`));
  expect(report).toContain("The month is not over: this is what was known at ");
  const rows = (await run(`report --month ${month} --no-names --format csv`)).said.split("\n");
  expect(rows.filter((row) => row.startsWith(held))).toHaveLength(1);
  const before = (await run("report --month 2020-01 --no-names")).said;
  expect(before).toContain("0 requests:");
  expect(before).not.toContain("not over");

  const live = await walk(["pending"], { role: "peek", requester: ben, reason: "still needed" });
  expect(await run(`forget ${live} --as dpo`)).toMatchObject({
    good: false,
    said: expect.stringMatching(/^R-\S+ is not over[^\n]*$/),
  });
  expect(await run("forget R-00000000")).toEqual({
    good: false,
    said: "The trail holds nothing about R-00000000 that could be removed.",
    warned: "",
    written: "",
  });
  expect(await run("forget --person U0ANA --as dpo")).toMatchObject({ good: true });
  await trail.seal();
  const after = (await run("export --no-names")).written;
  expect(after).not.toContain("debugging the search page");
  expect(after).toContain("still needed");
  const removed = trail.logged.filter(({ trail: entry }) => "forgot" in entry);
  expect(removed).toMatchObject([{ trail: { who: "operator dpo" }, chain: { cli: true } }]);
  expect((await redis.commands.hget(trail.keys.request(held), "record")) ?? "").not.toContain("debugging");
  writeFileSync(jsonl, after);
  expect((await run(`verify ${jsonl}`)).said).toMatch(/^Whole: /);
  expect((await run("verify --live")).said).toMatch(/^Whole: .*[\s\S]*The hub did not say/);
  // Whoever removes one without a word is found.
  const [first] = await redis.commands.xrange(trail.keys.texts, "-", "+", "COUNT", 1);
  await redis.commands.xdel(trail.keys.texts, first?.[0] ?? "");
  expect((await run("verify --live")).said).toMatch(
    /what somebody typed in .* is gone, and no entry says who removed it/,
  );
});

test("a month whose texts were removed later than it is whole by itself: who removed them is shown", async () => {
  trail = openTrail(redis);
  const { clock, walk } = trail;
  const from = new Date(clock.now() - 24 * HOUR).toISOString();
  const id = await walk(["pending", "denied"]);
  await trail.seal();
  clock.jump(MINUTE);
  const to = new Date(clock.now()).toISOString();
  clock.jump(24 * HOUR);
  await walk(["pending", "denied"], { role: "admin" });
  await trail.seal();
  expect((await run(`export --from ${from} --to ${to} --no-names`)).written).not.toContain('"role":"admin"');
  clock.jump(24 * HOUR);
  expect(await run(`forget ${id} --as dpo`)).toMatchObject({ good: true });
  await trail.seal();
  await walk(["pending"], { role: "peek" });
  await trail.seal();
  const file = join(dir.path, "month.jsonl");
  for (const part of ["", " --person U0ANA"]) {
    const { written } = await run(`export --from ${from} --to ${to}${part} --no-names`);
    expect(written).toContain(`"forgot":["${id}"]`);
    expect(written).not.toMatch(/"role":"(admin|peek)"/);
    writeFileSync(file, written);
    expect((await run(`verify ${file}`)).said).toMatch(/^Whole: /);
  }
});

test("who removed a text is shown, though their machine's clock was behind by hours", async () => {
  trail = openTrail(redis);
  const { clock, walk } = trail;
  clock.jump(MINUTE);
  const from = new Date(clock.now()).toISOString();
  clock.jump(MINUTE);
  const id = await walk(["pending", "denied"]);
  await trail.seal();
  clock.jump(-2 * HOUR);
  expect(await run(`forget ${id} --as dpo`)).toMatchObject({ good: true });
  clock.jump(2 * HOUR);
  await trail.seal();
  const file = join(dir.path, "later.jsonl");
  const { written } = await run(`export --from ${from} --no-names`);
  writeFileSync(file, written);
  expect((await run(`verify ${file}`)).said).toMatch(/^Whole: /);
});

test("a report on a trail that was cut says so first, beside CSV too, and fails", async () => {
  trail = openTrail(redis);
  const month = () => new Date(trail.clock.now()).toISOString().slice(0, 7);
  await trail.walk(["pending", "denied"]);
  await trail.seal();
  expect(await run(`report --month ${month()} --no-names`)).toMatchObject({ good: true });
  const [line] = await redis.commands.xrevrange(trail.keys.trail, "+", "-", "COUNT", 1);
  await trail.walk(["pending"], { role: "later" });
  const sealed = JSON.parse(line?.[1][1] ?? "{}");
  await redis.commands.xtrim(trail.keys.trail, "MINID", line?.[0] as unknown as number);
  expect(sealed.seal).toBe(1);
  const md = await run(`report --month ${month()} --no-names`);
  expect(md.said).toMatch(/\*\*The trail it was made of is not whole:\*\* its beginning is cut off/);
  const csv = await run(`report --month ${month()} --no-names --format csv`);
  expect(csv.warned).toMatch(/is not whole:\*\* its beginning is cut off/);
  expect([md.good, csv.good]).toEqual([false, false]);
});

test("what is older than the trail is said not to be known, and access from before is held from its beginning on", async () => {
  trail = openTrail(redis);
  const { clock, requests, seals, walk } = trail;
  const begun = clock.now();
  const id = await walk(["pending", "approved", "delivering", "active"], { duration: 300 * DAY });
  await trail.seal();
  expect(await reported(begun)).not.toContain("The trail begins");
  clock.jump(250 * DAY);
  const endedAt = clock.now();
  await requests.update(id, (r) => inState(r, "ending"));
  await proved(id, { method: "probe" });
  await trail.seal();
  clock.jump(200 * DAY);
  await walk(["pending", "approved", "delivering", "active", "ending", "ended"], { requester: ben });
  await trail.seal();
  await seals.trim();
  for (const month of [begun + 100 * DAY, endedAt]) {
    const said = await reported(month);
    expect(said).toContain("\n0 requests:");
    expect(said).toContain("1 grants were held, by 1 people.");
    expect(said).toMatch(/^\| U0ANA \| guest \| 1 \| [^|]+ \| [^|]+ \| {2}\|/m);
    expect(said).toMatch(
      /^The trail begins with seal 1 \(\S+ \S+ UTC\): nothing is known of what was before/m,
    );
  }
  const before = await run(`report --month ${monthOf(begun - 40 * DAY)} --no-names --format csv`);
  expect(before).toMatchObject({
    good: true,
    warned: expect.stringContaining("The trail begins with seal 1"),
  });
});

test("what breaks off while texts are removed is removed by the next try, also where nobody typed any", async () => {
  trail = openTrail(redis);
  const { keys, walk } = trail;
  const id = await walk(["pending", "denied"]);
  const silent = await walk(["withdrawn"], { reason: "", requester: ben });
  const standing = await redis.commands.hgetall(keys.request(id));
  for (const one of [id, silent]) await redis.commands.hset(keys.addresses(one), "10.1.2.3", "1");
  expect(await run(`forget ${id} --as dpo`)).toMatchObject({ good: true });
  // As if Redis had gone away after the first of it.
  await redis.commands.hset(keys.request(id), standing);
  await redis.commands.hset(keys.addresses(id), "10.1.2.3", "1");
  for (const one of [id, silent])
    expect(await run(`forget ${one} --as dpo`)).toEqual(
      expect.objectContaining({ good: true, said: `Removed what people typed about ${one}.` }),
    );
  expect(await redis.commands.hget(keys.request(id), "record")).not.toContain("debugging");
  expect(await redis.commands.exists(keys.addresses(id), keys.addresses(silent))).toBe(0);
  expect(await run("forget R-7K2Q9FXT --as dpo")).toMatchObject({ good: false });
});

test("why somebody was denied, and why an operator settled an end, is left in no record", async () => {
  trail = openTrail(redis);
  const { clock, keys, requests, walk } = trail;
  const settled = await walk(["approved", "delivering", "active", "ending"], { role: "reader" });
  await proved(settled, { method: "abandoned", operator: "dana", reason: "a secret" });
  const denied = await walk(["pending"]);
  await requests.update(denied, (r) => ({ ...inState(r, "denied"), why: "a secret" }) as typeof r);
  const next = asked({ role: "guest", requestedAt: clock.now() });
  const background = backgroundOf(next, {}, await requests.recent(ana.id), clock.now());
  expect(background.denied?.why).toBe("a secret");
  await walk([], { ...next, background });
  for (const id of [settled, denied])
    expect(await run(`forget ${id} --as dpo`)).toMatchObject({ good: true });
  for (const id of [settled, denied, next.id])
    expect(await redis.commands.hget(keys.request(id), "record")).not.toContain("secret");
});

test("what a person asked for others is removed with what they asked for themselves", async () => {
  trail = openTrail(redis);
  const { walk } = trail;
  const ids = [
    await walk(["pending", "denied"]),
    await walk(["pending", "denied"], { requester: ben, askedBy: ana }),
    await walk(["pending", "denied"], { requester: ana, askedBy: ben }),
  ];
  const others = await walk(["pending", "denied"], { requester: ben });
  const { said } = await run("forget --person U0ANA --as dpo");
  for (const id of ids) expect(said).toContain(id);
  expect(said).not.toContain(others);
});

test("a request that cannot be read keeps no other from being removed", async () => {
  trail = openTrail(redis);
  const { keys, walk } = trail;
  const broken = await walk(["pending", "denied"]);
  const id = await walk(["pending", "denied"]);
  await redis.commands.hset(keys.request(broken), "record", "{");
  expect(await run("forget --person U0ANA --as dpo")).toEqual(
    expect.objectContaining({
      good: false,
      said: `${broken} is not over, or cannot be read: nothing of it was removed. End it first.\nRemoved what people typed about ${id}.`,
    }),
  );
});

test("what was allowed beforehand is removed once it is over or withdrawn, though it is kept for what passed by it", async () => {
  trail = openTrail(redis);
  const { clock, keys } = trail;
  const allowances = createAllowances({ ...trail.store, onChange: () => {}, onBroken: () => {} });
  const now = clock.now();
  const id = AllowanceId.parse("A-7K2Q9FXT");
  const terms = { role: "admin", clusterRole: "karpor-admin", duration: 24 * HOUR, period: HOUR };
  const allowedBy = [{ by: ben, qualified: ben.id, at: now }];
  await allowances.make(
    {
      ...{ id, version: 0, person: ana, ...terms, reason: "release of a secret", count: 1, allowedBy },
      ...{ madeAt: now, until: now + HOUR, policy: "0".repeat(64) },
    } as never,
    "t1",
  );
  expect(await run(`forget ${id} --as dpo`)).toMatchObject({ good: false });
  clock.jump(2 * HOUR);
  expect(await run(`forget ${id} --as dpo`)).toMatchObject({ good: true });
  expect(JSON.stringify(await redis.commands.hgetall(keys.allowance(id)))).not.toContain("secret");
  expect((await run("export --no-names")).written).not.toContain("secret");
});

test("what is remarked on after its end is no request of the month of that remark", async () => {
  trail = openTrail(redis);
  const { clock, requests, walk } = trail;
  const id = await walk(["approved", "delivering", "active", "ending", "ended"], { emergency: unreviewed });
  clock.jump(40 * 24 * HOUR);
  await requests.update(id, (r) => ({ ...r, emergency: { review: [ben.id], reviews: [reviewBy(ben.id)] } }));
  const month = new Date(clock.now()).toISOString().slice(0, 7);
  expect((await run(`report --month ${month} --no-names`)).said).toContain("\n0 requests:");
});

test("an emergency and its reviews are in the report", async () => {
  trail = openTrail(redis);
  const { clock, requests, walk } = trail;
  const id = await walk([], { emergency: unreviewed, role: "admin" });
  const step = (state: "approved" | "delivering" | "active") =>
    requests.update(id, (r) => {
      const { emergency } = r;
      const decision = { by: "policy" as const, qualified: "break-glass: S0DEV", at: clock.now() };
      return taken({ ...inState(r, state), emergency, decision } as typeof r);
    });
  for (const state of ["approved", "delivering", "active"] as const) await step(state);
  clock.jump(MINUTE);
  await requests.update(id, (r) => ({ ...r, emergency: { review: [ben.id], reviews: [reviewBy(ben.id)] } }));
  const month = new Date(clock.now()).toISOString().slice(0, 7);
  const { said } = await run(`report --month ${month} --no-names`);
  expect(said).toMatch(
    new RegExp(
      `Taken in an emergency[^#]*\\| ${ana.id} \\| admin \\| debugging the search page \\| U0BEN \\| ${id} \\|`,
    ),
  );
});

test("access that stands past its time is in the report, and so is its end, though that was proved at once", async () => {
  trail = openTrail(redis);
  const { clock, requests, walk } = trail;
  const id = await walk(["pending", "approved", "delivering", "active"]);
  const { expiresAt } = (await requests.get(id)) as In<"active">;
  const [day] = new Date(expiresAt).toISOString().split("T");
  const late = async () =>
    /Ends late, or not confirmed at once\n\n([^#]*)\n\n##/.exec(await reported(expiresAt))?.[1];
  const csv = () => reported(expiresAt, " --format csv");
  expect(await late()).toBe("None.");
  // It has not ended, so nothing is confirmed.
  expect(await csv()).toMatch(/,,,,,,,\d+,/);
  clock.jump(3 * HOUR);
  expect(await late()).toMatch(
    new RegExp(
      `^\\| ${day} \\d\\d:\\d\\d UTC \\| not yet \\| U0ANA \\| guest \\| not yet \\|  \\| ${id} \\|$`,
      "m",
    ),
  );
  await requests.update(id, (r) => inState(r, "ending"));
  await proved(id, { method: "probe" });
  expect(await late()).toMatch(new RegExp(`\\| probe \\| ${id} \\|$`, "m"));
  expect(await csv()).toMatch(/,probe,yes,/);
});

test("a leaked token whose end was proved late, or is not yet, is in the report beside its grant", async () => {
  trail = openTrail(redis);
  const { clock, requests, walk } = trail;
  const id = await walk(["pending", "approved", "delivering", "active"], { duration: 8 * HOUR });
  await requests.update(id, (r) => renewed(r, "leaked", clock.now()));
  const renewedAt = clock.now();
  const late = async () =>
    (await reported(renewedAt)).split("\n").filter((line) => line.includes(`${id} token`));
  const row = (confirmed: string) =>
    new RegExp(`^\\|  \\| \\S+ \\S+ UTC \\| U0ANA \\| guest \\| ${confirmed} \\| ${id} token 1 \\|$`);
  expect(await late()).toEqual([expect.stringMatching(row("not yet \\| "))]);
  clock.jump(3 * HOUR);
  const at = clock.now();
  await requests.update(id, (r) => generationGone(r, 1, { method: "probe", deletedAt: at, at }));
  expect(await late()).toEqual([expect.stringMatching(row("\\S+ \\S+ UTC \\| probe"))]);
  expect(await reported(renewedAt, " --format csv")).toMatch(/,,,,,,no,/);
});

test("an end that an operator settled within the minute is confirmed by nothing", async () => {
  trail = openTrail(redis);
  const { clock, walk } = trail;
  const id = await walk(["pending", "approved", "delivering", "active", "ending"]);
  await proved(id, { method: "abandoned", operator: "dana" });
  expect(await reported(clock.now())).toMatch(
    new RegExp(`Ends late, or not confirmed at once[^#]*\\| abandoned \\| ${id} \\|`),
  );
});

/** In the month of that time. */
const lateOnes = async (at: number): Promise<string> =>
  /Ends late, or not confirmed at once\n\n([^#]*)\n\n##/.exec(await reported(at))?.[1] ?? "";

/** To the second of the next one, so that it is the same an hour later. */
function intoMonth(): void {
  const { clock } = trail;
  const now = new Date(clock.now());
  clock.jump(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 2) - clock.now());
}

const ENDING: State[] = ["pending", "approved", "delivering", "active", "ending"];

test.each<[string, number]>([
  ["in the same month", HOUR],
  ["in a later month", 40 * DAY],
])("an end that was proved at once, and contradicted %s, is in the report of both", async (_, later) => {
  trail = openTrail(redis);
  const { clock, requests, walk } = trail;
  intoMonth();
  const endedAt = clock.now();
  const ended = async (role: string) => {
    const id = await walk(ENDING, { role });
    await proved(id, { method: "probe" });
    return id;
  };
  const [used, returned] = [await ended("guest"), await ended("reader")];
  await ended("admin");
  expect(await lateOnes(endedAt)).toBe("None.");

  clock.jump(later);
  const at = clock.now();
  await requests.update(used, (r) => usedLate(r, { generation: 1, at }, at));
  await requests.update(returned, (r) => ({ ...r, untold: { what: "returned", at, generation: 1 } }));
  const usedAt = new Date(at).toISOString().slice(0, 16).replace("T", " ");
  const row = (id: RequestId, role: string, how: string) =>
    new RegExp(
      `^(\\| \\S+ \\S+ UTC ){2}\\| U0ANA \\| ${role} \\| \\S+ \\S+ UTC \\| probe; ${how} UTC \\| ${id} \\|$`,
    );
  for (const month of [endedAt, at]) {
    const [, , ...rows] = (await lateOnes(month)).split("\n");
    expect(rows).toEqual([
      expect.stringMatching(row(used, "guest", `used ${usedAt}`)),
      expect.stringMatching(row(returned, "reader", "stood again \\S+ \\S+")),
    ]);
    const csv = (await reported(month, " --format csv")).split("\n");
    for (const id of [used, returned])
      expect(csv.filter((line) => line.startsWith(id))).toEqual([expect.stringMatching(/,probe,no,\d+,/)]);
  }
  expect(await lateOnes(at + 40 * DAY)).toBe("None.");
});

test("a token that was accepted before its end was proved, and one that gave way and was used after that, are in the report", async () => {
  trail = openTrail(redis);
  const { clock, requests, walk } = trail;
  intoMonth();
  const accepted = await walk(ENDING);
  await requests.update(accepted, (r) => generationContradicted(r, 1, clock.now()));
  await proved(accepted, { method: "probe" });
  const renewing = await walk(ENDING.slice(0, -1), { role: "reader", duration: 8 * HOUR });
  await requests.update(renewing, (r) => renewed(r, "leaked", clock.now()));
  const at = clock.now();
  await requests.update(renewing, (r) => generationGone(r, 1, { method: "probe", deletedAt: at, at }));
  await requests.update(renewing, (r) => usedLate(r, { generation: 1, at: at + 2_000 }, at + 2_000));
  const [, , ...rows] = (await lateOnes(at)).split("\n");
  expect(rows).toEqual([
    expect.stringMatching(new RegExp(`\\| probe; a token accepted \\S+ \\S+ UTC \\| ${accepted} \\|$`)),
    expect.stringMatching(new RegExp(`\\| probe; used \\S+ \\S+ UTC \\| ${renewing} token 1 \\|$`)),
  ]);
});

test("a token that may have been read, though nobody wrote down that it was shown, was held", async () => {
  trail = openTrail(redis);
  const { clock, requests, walk } = trail;
  const id = await walk(["pending", "approved", "delivering", "ending", "ended"]);
  await requests.update(id, (r) => ({ ...r, use: { ...NO_USE, last: clock.now(), changed: 3 } }) as typeof r);
  const said = await reported(clock.now());
  expect(said).toContain("1 grants were held, by 1 people.");
  expect(said).toMatch(/^\| U0ANA \| guest \| 1 \| \S+ \| \S+ \| U0BEN \| 3 \| 3 \|$/m);
});

test("whoever approved more time is named beside whoever approved its grant", async () => {
  trail = openTrail(redis);
  const { clock, requests, walk } = trail;
  const until = clock.now() + HOUR;
  const held = await walk(["pending", "approved", "delivering", "active"], { role: "reader" });
  const extending = { id: held, from: until - HOUR, until };
  const more = await walk([], { role: "reader", extends: extending });
  for (const state of ["extending", "extended"] as const)
    await requests.update(more, (r) => {
      const approvals = ["U0CYD", "U0DEE"].map((id) => {
        const { by, qualified, at } = reviewBy(id);
        return { by, qualified, at, terms: r.terms };
      });
      return { ...inState(r, state), approvals, extends: extending } as typeof r;
    });
  const month = new Date(clock.now()).toISOString().slice(0, 7);
  const { said } = await run(`report --month ${month} --no-names`);
  expect(said).toMatch(/^\| U0ANA \| reader \| 1 \| .* \| U0BEN, U0CYD, U0DEE \|/m);
  expect(said).toMatch(new RegExp(`^\\| U0ANA .* \\| U0BEN, U0CYD, U0DEE \\| ${held} \\|$`, "m"));
  const rows = (await run(`report --month ${month} --no-names --format csv`)).said.split("\n");
  expect(rows.find((row) => row.startsWith(held))).toContain("U0BEN; U0CYD; U0DEE");
});

test("what was approved and then withdrawn, or refused, is counted once", async () => {
  trail = openTrail(redis);
  const { clock, requests, walk } = trail;
  const until = clock.now() + HOUR;
  const held = await walk(["pending", "approved", "delivering", "active"], { role: "reader" });
  await walk(["pending", "scheduled", "withdrawn"], { role: "admin" });
  const extending = { id: held, from: until - HOUR, until };
  const more = await walk([], { role: "reader", extends: extending });
  for (const state of ["extending", "refused"] as const)
    await requests.update(more, (r) => ({ ...inState(r, state), extends: extending }) as typeof r);
  expect(await reported(clock.now())).toContain(
    "3 requests: 1 approved by people, 0 by policy, 0 taken in an emergency, 0 denied, 1 refused by policy, 0 that nobody decided, 1 withdrawn, 0 still waiting.",
  );
});

test("a role that neither trail nor catalog knows is said to be none; one that left the catalog is exported as ever", async () => {
  await trail.walk(["pending"], { role: "peek" });
  const exported = async (role: string) => {
    const { good, warned, written } = await run(`export --no-names --role ${role}`);
    return { good, warned, isShown: written.includes(`"role":"${role}","who"`) };
  };
  expect(await exported("gest")).toEqual({
    good: true,
    warned: "Nothing that was read is of a role gest, and the catalog has none; it has guest, reader.",
    isShown: false,
  });
  expect(await exported("reader")).toEqual({ good: true, warned: "", isShown: false });
  expect(await exported("peek")).toMatchObject({ good: true, warned: "" });
});
