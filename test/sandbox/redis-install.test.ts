import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import type { RedisFound } from "../../sandbox/redis/find.ts";
import { ensureRedis, type Machine } from "../../sandbox/redis/install.ts";

const GLIBC = "the one from npm needs glibc 2.38";
const BOOKWORM = { release: "ID=debian\nVERSION_CODENAME=bookworm", offers: "5:7.0.15-1~deb12u5" };
const JAMMY = { release: "ID=ubuntu\nVERSION_CODENAME=jammy", offers: "5:6.0.16-1ubuntu1" };

interface Fake extends Partial<Machine> {
  /** What `apt-cache policy` names; none without apt. */
  offers?: string;
  installs?: boolean;
}

function fake({ offers, installs = true, ...given }: Fake) {
  const [ran, told] = [[] as string[], [] as string[]];
  let binary: string | undefined;
  const run: Machine["run"] = (...words) => {
    ran.push(words.join(" "));
    if (words[1] === "install" && installs) binary = "redis-server";
    return words[1] === "policy" && offers ? `redis-tools:\n  Candidate: ${offers}\n` : "";
  };
  const look = (): RedisFound => ({ binary, faults: [GLIBC] });
  const tell = (line: string) => void told.push(line);
  const machine: Machine = { platform: "linux", release: "", root: true, look, run, tell, ...given };
  return { machine, ran, told };
}

const WHY = `No Redis or Valkey of 6.2 or newer runs here (${GLIBC})`;

it("touches nothing where one runs", () => {
  const { machine, ran } = fake({ look: () => ({ binary: "valkey-server", faults: [] }) });
  ensureRedis(machine);
  expect(ran).toEqual([]);
});

it("installs Debian's redis-tools as root, and says why in one line", () => {
  const { machine, ran, told } = fake(BOOKWORM);
  ensureRedis(machine);
  expect(told).toEqual([`${WHY}: apt installs redis-tools, which holds the server and starts no service.`]);
  expect(ran.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual([
    ...["apt-get update", "apt-cache policy", "apt-get install"],
  ]);
});

it("installs nothing that is too old: one command helps", () => {
  const { machine, ran, told } = fake(JAMMY);
  expect(() => ensureRedis(machine)).toThrow(
    /^No Redis .*\(the one from npm needs glibc 2\.38; apt's is 6\.0\.16\): install one with `sh -c '.* https:\/\/packages\.redis\.io\/deb jammy main.*'`\.$/,
  );
  expect(ran.join()).not.toContain("install");
  expect(told).toEqual([]);
});

it("names a command that a shell can read", () => {
  const { machine } = fake({ ...JAMMY, root: false });
  const [, command = ""] = sentence(machine).split("`");
  expect(command).toMatch(/^sudo sh -c '/);
  const inner = /'(.*)'/.exec(command)?.[1] ?? "";
  for (const script of [command, inner]) expect(spawnSync("sh", ["-n", "-c", script]).status).toBe(0);
});

it.each([
  ["no root on Debian", { ...BOOKWORM, root: false }, "sudo apt-get install -y redis-tools"],
  ["apt fails", { ...BOOKWORM, installs: false }, "apt-get install -y redis-tools"],
  ["Fedora", { release: "ID=fedora", root: false }, "sudo dnf install -y valkey"],
  ["Alpine", { release: "ID=alpine" }, "apk add redis"],
  ["macOS", { platform: "darwin" as const, root: false }, "brew install redis"],
])("says the one command: %s", (_, given, command) => {
  expect(sentence(fake(given).machine)).toBe(`${WHY}: install one with \`${command}\`.`);
});

it("knows no command for the rest", () => {
  expect(sentence(fake({ release: "ID=nixos" }).machine)).toBe(
    `${WHY}: install one, with redis-server on the PATH.`,
  );
});

function sentence(machine: Machine): string {
  try {
    ensureRedis(machine);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}
