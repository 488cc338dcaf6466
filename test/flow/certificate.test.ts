/** A certificate for the hub's audit log that cannot be read is told, and keeps nothing but that log waiting. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Agent, fetch as tlsFetch } from "undici";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "../../sandbox/child.ts";
import { createAuthority } from "../../sandbox/hub/x509.ts";
import { HOUR, SECOND } from "../../src/domain/duration.ts";
import { type Bot, startBot, startWorld, type World } from "../helpers/bot.ts";
import { findingsOf, runDoctor } from "../helpers/doctor.ts";
import { HUB_SECRET, letHubTell } from "../helpers/hub-tells.ts";
import { scene } from "../helpers/scene.ts";

const CHECK = "hub audit certificate";
let world: World;
let files: { cert: string; key: string };
let bot: Bot | undefined;
beforeEach(async () => {
  world = await startWorld();
  const dir = dirname(world.env.KARPOR_ACCESS_CONFIG);
  files = { cert: join(dir, "hub-audit.crt"), key: join(dir, "hub-audit.key") };
  letHubTell(world, {
    audit: { hub: { tokenEnv: "HUB_AUDIT_TOKEN", port: await freePort(), tls: files } },
  });
});
afterEach(async () => {
  await bot?.stop();
  bot = undefined;
  await world.close();
});

const doctor = async () => findingsOf(await runDoctor(world)).find(({ check }) => check === CHECK);
const notice = async (of: Bot) =>
  ((await of.status()).body as { notices: { cause: string; message: string }[] }).notices.find(
    ({ cause }) => cause === CHECK,
  )?.message;
/** What the door answers whoever trusts this authority; null where it shows no certificate of its. */
async function answer({ app }: Bot, ca: string): Promise<number | null> {
  const dispatcher = new Agent({ connect: { ca } });
  const url = `https://127.0.0.1:${app.hubAuditPort}/hub-audit`;
  const body = JSON.stringify({ apiVersion: "audit.k8s.io/v1", kind: "EventList", items: [] });
  const headers = { authorization: `Bearer ${HUB_SECRET}` };
  const sent = tlsFetch(url, { method: "POST", body, headers, dispatcher });
  const status = await sent.then(
    (response) => response.status,
    () => null,
  );
  await dispatcher.close();
  return status;
}

test("the bot starts, grants and ends, and takes the log as soon as the certificate is there", async () => {
  const authority = await createAuthority("bot-ca");
  const ofBot = { commonName: "bot", hosts: ["127.0.0.1"] };
  const [{ certificate, key }, other] = [await authority.issue(ofBot), await authority.issue(ofBot)];
  writeFileSync(files.cert, certificate);
  const at = await startBot(world);
  bot = at;
  expect(await at.held()).toEqual([]);
  expect(await notice(at)).toMatch(/audit\.hub\.tls\.key: .*hub-audit\.key cannot be read \(ENOENT\)/);
  expect(await doctor()).toMatchObject({ level: "fail", message: expect.stringMatching(/\(ENOENT\)/) });
  expect(await answer(at, authority.certificate)).toBeNull();

  await scene(world).get("guest 1h", "meanwhile");
  await world.jump(HOUR);
  await world.until(async () => (await scene(world).standing()).length === 0);

  writeFileSync(files.key, other.key);
  await world.until(async () => {
    await world.jump(10 * SECOND);
    return /are no certificate with its key \(\w*MISMATCH\)/.test((await notice(at)) ?? "");
  });
  writeFileSync(files.key, key);
  await world.until(async () => {
    await world.jump(10 * SECOND);
    return (await answer(at, authority.certificate)) === 200;
  });
  expect(await notice(at)).toBeUndefined();
  expect(await doctor()).toMatchObject({ level: "ok" });
});
