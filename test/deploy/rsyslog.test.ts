/** deploy/observability/rsyslog.conf, with Debian's rsyslogd: the lines that it delivers verify, and what it did not deliver is named. */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { scratch } from "../../sandbox/child.ts";
import { readFile } from "../../src/cli/audit/read-file.ts";
import { verifyShipped } from "../../src/cli/audit/verify-shipped.ts";
import { fill, openTrail } from "../cli/audit/trail.ts";
import { needs } from "../helpers/needs.ts";
import { testRedis, until } from "../helpers/redis.ts";

const RSYSLOGD = "/usr/sbin/rsyslogd";
const isThere = (() => {
  try {
    accessSync(RSYSLOGD);
    return true;
  } catch {
    return false;
  }
})();
const example = new URL("../../deploy/observability/rsyslog.conf", import.meta.url);
const dir = scratch("karpor-access-rsyslog");
const [log, shipped] = [join(dir.path, "bot.log"), join(dir.path, "trail.jsonl")];
let running: ChildProcess | undefined;
afterAll(async () => {
  if (running?.exitCode === null) {
    const gone = new Promise((resolve) => running?.once("exit", resolve));
    running.kill();
    await gone;
  }
  dir.remove();
});

const lines = (): string[] => {
  try {
    return readFileSync(shipped, "utf8").trim().split("\n");
  } catch {
    return [];
  }
};
const verify = async () => verifyShipped((await readFile(shipped)).lines, []);

needs(isThere, "Debian's package rsyslog")("rsyslogd", () => {
  test("delivers the trail's lines, and nothing else", async () => {
    await using redis = await testRedis();
    const trail = openTrail(redis);
    await fill(trail);
    const config = readFileSync(example, "utf8")
      .replace("/var/spool/rsyslog", dir.path)
      .replace("/var/log/karpor-access.log", log)
      .replace("/var/log/karpor-access-trail.jsonl", shipped);
    expect(config).not.toContain("/var/");
    writeFileSync(join(dir.path, "rsyslog.conf"), config);
    writeFileSync(log, "");
    const pid = join(dir.path, "pid");
    running = spawn(RSYSLOGD, ["-n", "-i", pid, "-f", join(dir.path, "rsyslog.conf")], { stdio: "ignore" });
    appendFileSync(log, `${JSON.stringify({ level: "info", msg: "ready" })}\n`);
    for (const line of trail.logged)
      appendFileSync(log, `${JSON.stringify({ level: "info", ...line, msg: "x" })}\n`);
    await until(() => lines().length === trail.logged.length, 20_000);
    expect(await verify()).toMatchObject({ faults: [], seals: 6 });
    writeFileSync(shipped, `${lines().toSpliced(3, 1).join("\n")}\n`);
    expect((await verify()).faults).toMatchObject([
      { what: expect.stringMatching(/^entry \d+ of R-\S+ is missing, which seal 1 lists$/) },
    ]);
  });
});
