/** `audit`: the trail exported, verified, and reported on. A new one: a line in the table of options.ts and here. */
import { once } from "node:events";
import type { Writable } from "node:stream";
import type { Logger } from "pino";
import type { Config } from "../../config.ts";
import type { Clock } from "../../domain/clock.ts";
import { operatorOf } from "../../domain/operator.ts";
import { connect } from "../../store/connect.ts";
import { type Asked, forget } from "../../store/forget.ts";
import { keysOf } from "../../store/keys.ts";
import { cellsOf, type Names, TITLES } from "./columns.ts";
import { csvRow } from "./csv.ts";
import { exportTrail } from "./export.ts";
import { sealOnHub, verifyLive } from "./live.ts";
import { slackNames } from "./names.ts";
import type { AuditOptions, ExportOptions, ForgetOptions, ReportOptions, VerifyOptions } from "./options.ts";
import { readFile } from "./read-file.ts";
import { reportOn } from "./report.ts";
import { wordsOf } from "./verdict.ts";
import { verifyExport } from "./verify-export.ts";
import { verifyShipped } from "./verify-shipped.ts";

export interface AuditMeans {
  /** A file is verified without it. */
  config(needs: { slack: boolean }): Config;
  clock: Clock;
  log: Logger;
  say(line: string): void;
  /** Beside what is exported or reported. */
  warn(line: string): void;
  confirm(question: string): Promise<boolean>;
  /** Who runs it, unless they say otherwise. */
  user(): string;
  output: Writable;
}

const REDIS_WITHIN_MS = 3_000;

/** Resolves to whether all is well. Throws one sentence where it cannot be told. */
export function audit(options: AuditOptions, means: AuditMeans): Promise<boolean> {
  if (options.do === "export") return exportTo(options, means);
  if (options.do === "report") return report(options, means);
  if (options.do === "forget") return forgetTexts(options, means);
  return verify(options, means);
}

async function exportTo(options: ExportOptions, { output, ...means }: AuditMeans): Promise<boolean> {
  await using trail = await openNamed(options, means);
  const { roles } = trail.config;
  // One that left the catalog may stand on the trail.
  const onNone = (role: string) => {
    if (!Object.hasOwn(roles, role))
      means.warn(
        `Nothing that was read is of a role ${role}, and the catalog has none; it has ${Object.keys(roles).join(", ")}.`,
      );
  };
  const lines = exportTrail(trail.means, options, onNone);
  const names: Names = new Map();
  const write = async (text: string) => {
    if (!output.write(`${text}\n`)) await once(output, "drain");
  };
  if (options.format === "csv") await write(csvRow(TITLES));
  for await (const json of lines)
    await write(options.format === "csv" ? csvRow([...(cellsOf(json, names) ?? []), json]) : json);
  return true;
}

async function forgetTexts(
  { id, person, as, yes }: ForgetOptions,
  { config: load, clock, log, say, confirm, user }: AuditMeans,
): Promise<boolean> {
  const what = id ?? `all requests of ${person}`;
  if (!yes && !(await confirm(`Remove for good what people typed about ${what}?`))) return false;
  await using redis = await openRedis(load({ slack: false }), { log });
  const isMeant = (entry: Asked) =>
    id === undefined ? entry.requester === person || entry.askedBy === person : entry.id === id;
  const { forgotten, live } = await forget({ ...redis.store, clock }, isMeant, operatorOf(as ?? user()));
  for (const one of live)
    say(`${one} is not over, or cannot be read: nothing of it was removed. End it first.`);
  if (forgotten.length > 0) say(`Removed what people typed about ${forgotten.join(", ")}.`);
  else if (live.length === 0) say(`The trail holds nothing about ${what} that could be removed.`);
  return live.length === 0 && forgotten.length > 0;
}

async function report(options: ReportOptions, means: AuditMeans): Promise<boolean> {
  await using trail = await openNamed(options, means);
  const hub = await sealOnHub(trail.config, means);
  const { lines, isWhole, proof } = await reportOn({ ...trail.means, hub }, options);
  for (const line of lines) means.say(line);
  if (options.format === "csv") for (const line of proof) means.warn(line);
  return isWhole;
}

async function verify(
  { file, heads }: VerifyOptions,
  { config: load, clock, log, say }: AuditMeans,
): Promise<boolean> {
  const verdict = await (async () => {
    if (file !== undefined) {
      const { isExport, lines } = await readFile(file);
      return isExport ? verifyExport(lines, heads) : verifyShipped(lines, heads);
    }
    const config = load({ slack: false });
    await using redis = await openRedis(config, { log });
    const hub = await sealOnHub(config, { clock, log });
    return await verifyLive({ ...redis.store, clock }, { heads, hub });
  })();
  if (verdict.entries + verdict.seals === 0 && file !== undefined)
    throw new Error(`${file} holds no line of a trail. Was it written by npm run -s audit, with the -s?`);
  for (const line of wordsOf(verdict)) say(line);
  return verdict.faults.length === 0;
}

/** The trail, and the people's names where they are wanted. */
async function openNamed(
  { names }: Pick<ExportOptions, "names">,
  { config: load, clock, log, warn }: Pick<AuditMeans, "config" | "clock" | "log" | "warn">,
) {
  const config = load({ slack: names });
  const { store, [Symbol.asyncDispose]: close } = await openRedis(config, { log });
  const nameOf = names ? slackNames(config, { warn }) : async () => null;
  const means = { ...store, clock, instance: config.instance, nameOf };
  return { config, means, [Symbol.asyncDispose]: close };
}

async function openRedis(config: Config, { log }: Pick<AuditMeans, "log">) {
  const redis = connect(config.env.REDIS_URL, { log });
  try {
    await redis.ready(REDIS_WITHIN_MS);
  } catch (error) {
    redis.close();
    throw error;
  }
  const store = { redis: redis.commands, keys: keysOf(config.instance) };
  return { store, [Symbol.asyncDispose]: async () => redis.close() };
}
