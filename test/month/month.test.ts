/** `npm run month` in small: a day of the same company, played, exported, verified and reported, and asked of a real Prometheus. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { audit } from "../../month/cli.ts";
import { panels, queryOf } from "../../month/draw/dashboard.ts";
import { reportPage } from "../../month/draw/report.ts";
import { nextMonth, type Played, play } from "../../month/play.ts";
import { hasPrometheus, startPrometheus } from "../../month/prometheus.ts";
import { type MonthWorld, startMonthWorld } from "../../month/world.ts";
import { DAY, MINUTE } from "../../src/domain/duration.ts";
import { needs } from "../helpers/needs.ts";

const REQUESTS = 60;
const opened = new AsyncDisposableStack();
/** The first Monday. */
const from = [0, 1, 2, 3, 4, 5, 6]
  .map((n) => nextMonth(Date.now()).from + n * DAY)
  .find((day) => new Date(day).getUTCDay() === 1) as number;
const month = { from, to: from + DAY, requests: REQUESTS, seed: 7 };
const name = new Date(from).toISOString().slice(0, 7);
const AWAY =
  /^(Slack does not answer; new|https:.* (does not answer|has a certificate)|the hub does not answer; trying|The canary failed: .*ECONNREFUSED|Alice Novak .* locked all access down)/;
let world: MonthWorld;
let played: Played;

beforeAll(async () => {
  world = opened.use(await startMonthWorld(from));
  played = await play(world, month, () => {});
}, 300_000);
afterAll(() => opened.disposeAsync());

const file = (path: string) => join(world.dir, path);
const run = (line: string, into?: string) => audit(world.env, line.split(" "), into && file(into));

test("everybody is answered, each token works while it is to and never after", () => {
  const { requests, unanswered, errors, tokens } = played;
  expect({ unanswered, ...tokens, tried: tokens.tried > 10 }).toEqual({
    ...{ unanswered: [], tried: true },
    ...{ dead: [], alive: [] },
  });
  // While a lockdown stands nothing is asked for.
  expect(requests).toBeGreaterThan(0.8 * REQUESTS);
  // Of what was taken away on purpose, each said once.
  const said = errors.map((line) => JSON.parse(line).msg);
  expect(said.filter((words) => !AWAY.test(words))).toEqual([]);
});

test("what is exported and what was shipped is whole, as is the trail itself", async () => {
  await Promise.all([run("export", "trail.jsonl"), run("export --format csv --no-names", "trail.csv")]);
  writeFileSync(file("shipped.jsonl"), world.log.shipped.join("\n"));
  const whole = `Whole: ${played.entries} entries and ${played.seals} seals, from seal 1 `;
  const all = [file("trail.jsonl"), file("trail.csv"), file("shipped.jsonl"), "--live"];
  for (const verified of await Promise.all(all.map((what) => run(`verify ${what}`))))
    expect(verified).toMatchObject({ code: 0, said: expect.stringContaining(whole) });
});

test("the report counts what happened, by name", async () => {
  // Slack lets an app look up a hundred people a minute, and the export asked for forty.
  await world.time.to(world.clock.now() + MINUTE);
  const { code, said } = await run(`report --month ${name}`);
  expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining(`${played.requests} requests: `) });
  const { denied = 0, timedOut = 0, withdrawn = 0, refused = 0 } = played.outcomes;
  expect(said).toContain(
    ` ${denied} denied, ${refused} refused by policy, ${timedOut} that nobody decided, ${withdrawn} withdrawn, `,
  );
  expect(said).toContain("Alice Novak");
  expect(said).not.toContain("U0ALICE");
  expect(reportPage(said)).toMatch(/<h2>Who held what<\/h2>\s*<table>/);
});

needs(hasPrometheus(), "apt-get install -y prometheus")("a real Prometheus that holds it", () => {
  test("answers each query of the dashboard", async () => {
    await using prometheus = await startPrometheus(played.samples.path, world.dir);
    const range = { from: month.from, to: month.to, step: 30 * 60_000 };
    const empty: string[] = [];
    for (const { title, targets } of panels())
      for (const { expr } of targets)
        if ((await prometheus.over(queryOf(expr), range)).length === 0) empty.push(title);
    // The company of the month has neither audit.hub nor hub.anonymous.
    expect(empty).toEqual(["Since the hub was last heard", "Use is known", "Reads without a token"]);
    const [asked] = await prometheus.at("sum(max_over_time(karpor_access_requests_total[1d]))", month.to);
    expect(asked?.points[0]?.[1]).toBeGreaterThan(0);
    expect(readFileSync(played.samples.path, "utf8")).toMatch(/# EOF\n$/);
  });
});
