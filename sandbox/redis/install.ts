/** A Redis before anything needs one: what the machine has, else apt's where somebody at the terminal agrees, else the one command that helps. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { confirmAtTerminal } from "../../src/cli/confirm.ts";
import { lookForRedis, newEnough, OLDEST_REDIS, type RedisFound } from "./find.ts";

interface Machine {
  platform: NodeJS.Platform;
  /** Of /etc/os-release; empty where there is none. */
  release: string;
  root: boolean;
  look(): RedisFound;
  /** What it prints; empty where it fails or does not exist. */
  run(command: string, ...args: string[]): string;
  /** False where nobody can be asked. */
  confirm(question: string): Promise<boolean>;
}

/**
 * Throws one sentence with the command that helps, where no Redis serves. As root, at a terminal, it asks whether to run
 * it; without a terminal nothing is installed.
 */
export async function ensureRedis(machine: Machine = thisMachine()): Promise<void> {
  const { binary, faults } = machine.look();
  if (binary) return;
  const sentence = noRedis(machine, faults);
  const command = commandFor(machine, isTooOld(aptOffers(machine)));
  if (!machine.root || command !== APT || !(await machine.confirm(`${sentence}\nRun it now?`)))
    throw new Error(sentence);
  machine.run("sh", "-c", command);
  if (!machine.look().binary) throw new Error(`After \`${command}\` still: ${sentence}`);
}

/** Why none serves here, and what to do about it. */
export function noRedis(
  machine: Machine = thisMachine(),
  faults = machine.look().faults,
  offered = aptOffers(machine),
): string {
  const tooOld = isTooOld(offered);
  const command = commandFor(machine, tooOld);
  const all = tooOld ? [...faults, `apt's is ${offered}`] : faults;
  return `${none(all)}: install one${command ? ` with \`${command}\`` : ", with redis-server on the PATH"}.`;
}

const none = (faults: string[]): string =>
  `No Redis or Valkey of ${OLDEST_REDIS} or newer runs here${faults.length > 0 ? ` (${faults.join("; ")})` : ""}`;

const isTooOld = (offered: string | undefined): boolean => offered !== undefined && !newEnough(offered);

/** The version, without Debian's epoch and revision. */
const aptOffers = ({ run }: Machine): string | undefined =>
  /Candidate: (?:\d+:)?(\d[\d.]*)/.exec(run("apt-cache", "policy", "redis-tools"))?.[1];

/** It holds the server, and starts no service. */
const APT = "apt-get update && apt-get install -y redis-tools";

function commandFor({ platform, release, root }: Machine, tooOld: boolean): string | undefined {
  const sudo = root ? "" : "sudo ";
  if (platform === "darwin") return "brew install redis";
  if (/debian|ubuntu/i.test(release)) {
    if (tooOld) return fromRedisItself(release, sudo);
    return root ? APT : `sudo sh -c '${APT}'`;
  }
  if (/alpine/i.test(release)) return `${sudo}apk add redis`;
  if (/fedora|rhel|centos/i.test(release)) return `${sudo}dnf install -y valkey`;
  return undefined;
}

const KEY = "/usr/share/keyrings/redis.asc";

/** The repository of Redis for Debian and Ubuntu, older releases included. */
function fromRedisItself(release: string, sudo: string): string {
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1] ?? "$(lsb_release -cs)";
  const steps = [
    "apt-get update",
    "apt-get install -y ca-certificates curl",
    `curl -fsSL https://packages.redis.io/gpg -o ${KEY}`,
    `echo "deb [signed-by=${KEY}] https://packages.redis.io/deb ${codename} main" >/etc/apt/sources.list.d/redis.list`,
    "apt-get update",
    "apt-get install -y redis-server",
  ];
  return `${sudo}sh -c '${steps.join(" && ")}'`;
}

export function thisMachine(): Machine {
  const env = { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };
  return {
    platform: process.platform,
    release: osRelease(),
    root: process.getuid?.() === 0,
    look: lookForRedis,
    run: (command, ...args) => spawnSync(command, args, { env, encoding: "utf8" }).stdout ?? "",
    confirm: (question) => (process.stdin.isTTY ? confirmAtTerminal(question) : Promise.resolve(false)),
  };
}

function osRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}
