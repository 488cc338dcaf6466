/** `npm run month [-- DIRECTORY]`: a month of a company's life, exported, verified, reported and graphed. DIRECTORY keeps what comes of it. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MINUTE } from "../src/domain/duration.ts";
import { audit } from "./cli.ts";
import { drawPictures } from "./draw/pictures.ts";
import { readOptions, USAGE } from "./options.ts";
import { nextMonth, play, wentWell } from "./play.ts";
import { hasPrometheus, startPrometheus } from "./prometheus.ts";
import { startMonthWorld } from "./world.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;

const { kept, requests, seed } = asked();
// Else it would be missed when all is played.
if (!hasPrometheus()) end("The month needs a Prometheus: apt-get install -y prometheus.");
const month = { ...nextMonth(Date.now()), requests, seed };
const name = new Date(month.from).toISOString().slice(0, 7);

await using world = await startMonthWorld(month.from);
say(`${name}: ${requests} requests.`);
const played = await play(world, month, (day) =>
  say(`  day ${day}: ${world.log.newest.size} requests, ${world.memory().toFixed(0)} MB`),
);
const { samples, errors, unanswered, tokens, memory, outcomes, ...counts } = played;
say(
  `Played in ${seconds(counts.took)}: ${counts.requests} requests, ${counts.entries} entries, ${counts.seals} seals.`,
);
say(`What became of them: ${JSON.stringify(outcomes)}.`);
say(
  `Tokens tried while live: ${tokens.tried}; dead then: ${tokens.dead.length}; alive after their end: ${tokens.alive.length}.`,
);
say(`Errors in the log: ${errors.length}. Not answered: ${unanswered.length}.`);

const path = (file: string) => join(world.dir, file);
if (kept !== undefined) mkdirSync(kept, { recursive: true });
writeFileSync(path("shipped.jsonl"), `${world.log.shipped.join("\n")}\n`);
writeFileSync(path("errors.jsonl"), [...errors, ...unanswered, ...tokens.alive, ...tokens.dead].join("\n"));
const told = async (args: string[], into?: string) => {
  // Slack lets an app look up a hundred people a minute.
  await world.time.to(world.clock.now() + MINUTE);
  const { code, said, ms } = await audit(world.env, args, into && path(into));
  say(
    `audit ${args.join(" ")}: ${code}, ${seconds(ms)}${said ? `\n    ${said.trim().replaceAll("\n", "\n    ")}` : ""}`,
  );
  if (code !== 0) process.exitCode = 1;
};
await told(["export"], "trail.jsonl");
await told(["export", "--format", "csv"], "trail.csv");
for (const file of ["trail.jsonl", "trail.csv", "shipped.jsonl"]) await told(["verify", path(file)]);
await told(["verify", "--live"]);
await told(["report", "--month", name], "report.md");
await told(["report", "--month", name, "--format", "csv"], "report.csv");

if (kept !== undefined) {
  for (const file of [
    "errors.jsonl",
    "samples.txt",
    "shipped.jsonl",
    "trail.jsonl",
    "trail.csv",
    "report.md",
    "report.csv",
  ])
    copyFileSync(path(file), join(kept, file));
}

const began = performance.now();
await using prometheus = await startPrometheus(samples.path, world.dir);
say(`${samples.count} samples in Prometheus: ${seconds(performance.now() - began)}.`);
await drawPictures({ prometheus, month, report: path("report.md") });
if (!wentWell(played)) process.exitCode = 1;

function asked() {
  try {
    const options = readOptions(process.argv.slice(2), process.env);
    if (options !== "help") return options;
    say(USAGE);
    process.exit(0);
  } catch (error) {
    end(`${(error as Error).message}\n${USAGE}`);
  }
}

function end(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}
