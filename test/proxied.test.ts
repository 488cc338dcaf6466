/** The bot and its doctor where Slack is reached through a proxy alone: calls, answers by URL, and the WebSocket. */
import { readFileSync } from "node:fs";
import tls from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ConnectProxy, startConnectProxy } from "../sandbox/connect-proxy.ts";
import { createAuthority } from "../sandbox/hub/x509.ts";
import { visibleText } from "../sandbox/slack/index.ts";
import { BOB, GENERAL, startBot, startWorld, type World } from "./helpers/bot.ts";
import { findingsOf, runDoctor } from "./helpers/doctor.ts";

const HOST = "slack.test";
const trusted = tls.getCACertificates("default");
let world: World;
let proxy: ConnectProxy;
beforeAll(async () => {
  const authority = await createAuthority("local slack");
  const { certificate: cert, key } = await authority.issue({ commonName: HOST, hosts: [HOST] });
  tls.setDefaultCACertificates([...trusted, authority.certificate]);
  world = await startWorld({ transport: "socket", tls: { host: HOST, cert, key } });
  proxy = await startConnectProxy(`Basic ${btoa("bot:pass")}`);
});
afterAll(async () => {
  tls.setDefaultCACertificates(trusted);
  await world.close();
  proxy.close();
});

const through = () => ({ HTTPS_PROXY: `http://bot:pass@127.0.0.1:${proxy.port}` });
const open = (count: number) => world.slack.waitFor(() => world.slack.socket.connections() === count);

test("a command comes in and is answered, connections are renewed, and no tunnel is left behind", async () => {
  const bot = await startBot({ ...world, env: { ...world.env, ...through() } });
  await open(1);
  expect(await bot.ready()).toMatchObject({ status: 200 });
  await world.slack.command(BOB, GENERAL, "help");
  await world.slack.waitFor(() =>
    world.slack.ephemerals(BOB).some((one) => visibleText(one).includes("/karpor-access")),
  );
  for (let refreshes = 0; refreshes < 3; refreshes++) {
    world.slack.socket.disconnect("refresh_requested");
    await open(2);
    world.clock.jump(10_000);
    await open(1);
  }
  expect(new Set(proxy.asked)).toEqual(new Set([new URL(world.slack.apiUrl).host]));
  expect(new Set(proxy.credentials)).toEqual(new Set([`Basic ${btoa("bot:pass")}`]));
  expect(JSON.stringify(bot.lines)).not.toContain("bot:pass");
  await bot.stop();
  await expect.poll(proxy.open).toBe(0);
});

test("doctor goes the same way", async () => {
  const before = proxy.asked.length;
  const findings = findingsOf(await runDoctor(world, { env: through() }));
  expect(findings.filter(({ check, level }) => check.startsWith("slack") && level !== "ok")).toEqual([]);
  expect(findings).toContainEqual(expect.objectContaining({ message: expect.stringMatching(/says hello/) }));
  expect(proxy.asked.length).toBeGreaterThan(before);
});

test("a proxy that asks who it is, and is not told, is named", async () => {
  const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` };
  const findings = findingsOf(await runDoctor(world, { env }));
  const says = { message: expect.stringMatching(/proxy.*407/), fix: expect.stringMatching(/user:password/) };
  for (const check of ["slack", "slack delivery"])
    expect(findings).toContainEqual(expect.objectContaining({ check, level: "fail", ...says }));
});

test("NO_PROXY leads past it, here into nothing", async () => {
  const env = { ...through(), no_proxy: `other.test,${HOST}` };
  const before = proxy.asked.length;
  const findings = findingsOf(await runDoctor(world, { env }));
  const fix = expect.stringMatching(/reaches slack\.com.*HTTPS_PROXY/);
  for (const check of ["slack", "slack delivery"])
    expect(findings).toContainEqual(expect.objectContaining({ check, level: "fail", fix }));
  expect(proxy.asked).toHaveLength(before);
});

test("there is one undici: its dispatchers are taken by its own fetch and WebSocket alone", () => {
  const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
  const found = Object.keys(lock.packages).filter((path) => path.endsWith("node_modules/undici"));
  expect(found).toEqual(["node_modules/undici"]);
});
