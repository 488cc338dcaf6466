/** rediss://: a certificate is verified, against the authorities the process trusts. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, expect, test } from "vitest";
import { scratch } from "../../sandbox/child.ts";
import { speaksTls, startTlsRedis } from "../../sandbox/redis/tls.ts";
import { StoreDown } from "../../src/flow/ports.ts";
import { connect } from "../../src/store/connect.ts";
import { needs } from "../helpers/needs.ts";
import { connected, memoryLog, until } from "../helpers/redis.ts";
import { wholeContract } from "./whole.contract.ts";

const there = speaksTls();
const trusted = getCACertificates("default");
const server = there ? await startTlsRedis() : undefined;
if (server) setDefaultCACertificates([...trusted, server.ca]);
const redis = server && (await connected(server));
afterAll(() => redis?.[Symbol.asyncDispose]());

needs(there, "apt-get install -y redis-server")("TLS", () => {
  if (redis) wholeContract(redis);

  test("an authority nobody trusts is refused", async () => {
    setDefaultCACertificates(trusted);
    const log = memoryLog();
    const stranger = connect(server?.url ?? "", { log });
    await expect(stranger.ready(300)).rejects.toBeInstanceOf(StoreDown);
    await until(() => log.lines.length > 0);
    stranger.close();
    expect(JSON.stringify(log.lines)).toMatch(/certificate/);
  });

  test("NODE_EXTRA_CA_CERTS names one's own", () => {
    const dir = scratch("karpor-access-ca");
    const file = join(dir.path, "ca.pem");
    writeFileSync(file, server?.ca ?? "");
    const script = `
      const { connect } = await import("./src/store/connect.ts");
      const redis = connect(${JSON.stringify(server?.url)}, { log: { info() {}, error() {} } });
      await redis.ready(5000);
      console.log(await redis.commands.ping());
      process.exit();`;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: file };
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], { env, encoding: "utf8" });
    dir.remove();
    expect(run.stdout.trim()).toBe("PONG");
  });
});
