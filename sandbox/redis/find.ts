/** The Redis servers of this machine: the first that serves us, and why those before it do not. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** XADD MINID and the options BullMQ needs came with it. */
export const OLDEST_REDIS = "6.2";

export interface RedisFound {
  binary: string | undefined;
  /** Of each that is there and does not serve. */
  faults: string[];
}

interface Candidate {
  name: string;
  binary: string;
}

/** The machine's own, else the one npm brought, else the one in Debian's redis-tools. */
export function lookForRedis(candidates: Iterable<Candidate> = ours()): RedisFound {
  const faults: string[] = [];
  for (const { name, binary } of candidates) {
    const { error, status, stdout, stderr } = spawnSync(binary, ["--version"], {
      encoding: "utf8",
      timeout: 5000,
    });
    const version = /\bv=(\d[\d.]*)/.exec(stdout ?? "")?.[1];
    if (status === 0 && version && newEnough(version)) return { binary, faults };
    if (status === 0) faults.push(`${name} is ${version ?? "of no known version"}`);
    else if (!error || existsSync(binary)) faults.push(`${name} ${brokenBy(stderr ?? "")}`);
  }
  return { binary: undefined, faults };
}

export const findRedis = (): string | undefined => lookForRedis().binary;

export const newEnough = (version: string): boolean => byNumber(version, OLDEST_REDIS) >= 0;

const byNumber = new Intl.Collator("en", { numeric: true }).compare;

function* ours(): Generator<Candidate> {
  for (const name of ["redis-server", "valkey-server"]) yield { name, binary: name };
  yield* fromNpm();
  yield* redisOfTools();
}

function fromNpm(): Candidate[] {
  try {
    const manifest = createRequire(import.meta.url).resolve("@falkordblite/linux-x64/package.json");
    return [{ name: "the one from npm", binary: join(dirname(manifest), "bin", "redis-server") }];
  } catch {
    return [];
  }
}

/** The loader names each version that it misses. */
function brokenBy(said: string): string {
  const missing = [...said.matchAll(/GLIBC_([\d.]+)/g)].map(([, version = ""]) => version);
  const newest = missing.sort(byNumber).at(-1);
  return newest ? `needs glibc ${newest}` : "does not run";
}

const TOOL = "/usr/bin/redis-check-rdb";
const LINK = fileURLToPath(new URL("../../node_modules/.cache/redis-tools/redis-server", import.meta.url));

/** One program, which asks by what name it was called. */
function redisOfTools(): Candidate[] {
  if (!existsSync(TOOL)) return [];
  try {
    mkdirSync(dirname(LINK), { recursive: true });
    symlinkSync(TOOL, LINK);
  } catch {
    // It stands there already, or may not: running it tells.
  }
  return [{ name: "the one in redis-tools", binary: LINK }];
}
