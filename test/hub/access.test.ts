/** The hub opened from a file, which others replace while the bot runs. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { scratch } from "../../sandbox/child.ts";
import { systemClock } from "../../sandbox/clock.ts";
import { kubeconfig } from "../../sandbox/hub/bot-account.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import type { LocalHub } from "../../sandbox/hub/options.ts";
import { openHub } from "../../src/hub/client/access.ts";
import { createHubClient } from "../../src/hub/client/client.ts";
import { HubGiven } from "../../src/hub/settings.ts";
import { createLog } from "../../src/log.ts";
import { botKubeconfig } from "../helpers/bot-account.ts";
import { silent } from "../helpers/silent.ts";

type Env = Parameters<typeof openHub>[0]["env"];

const dir = scratch("karpor-access-hub");
const stack = new AsyncDisposableStack();
const log = createLog("warn", silent);
const base = { name: "production", namespace: "karpor-access", dashboard: "https://karpor.example.com" };
let hub: LocalHub;
let good: string;

beforeAll(async () => {
  hub = stack.adopt(await startLocalHub({ clock: systemClock() }), (h) => h.stop());
  good = await botKubeconfig(hub);
});
afterAll(async () => {
  await stack.disposeAsync();
  dir.remove();
});

async function open(settings: object) {
  const config = { hub: HubGiven.parse({ ...base, ...settings }), env: {} as Env };
  return stack.adopt(await openHub(config, { log }), (h) => h.close());
}

const clientOf = ({ access, reread }: Awaited<ReturnType<typeof open>>) =>
  stack.adopt(createHubClient(access, { reread }), (c) => c.close());

const path = join(dir.path, "hub.kubeconfig");

it("reads it again when the hub refuses the credential, for all calls refused at once", async () => {
  writeFileSync(path, kubeconfig(hub, "a.dead.token"));
  const client = clientOf(await open({ kubeconfig: path }));
  expect((await client.request("/version")).status).toBe(401);
  writeFileSync(path, good);
  const answers = await Promise.all(Array.from({ length: 8 }, () => client.request("/version")));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
});

it("trusts a new authority once the kubeconfig names it", async () => {
  writeFileSync(path, good);
  const client = clientOf(await open({ kubeconfig: path }));
  expect((await client.request("/version")).status).toBe(200);
  await hub.rotateKeys();
  await expect(client.request("/version")).rejects.toMatchObject({ status: null });
  good = await botKubeconfig(hub);
  writeFileSync(path, good);
  expect((await client.request("/version")).status).toBe(200);
});

it("trusts a new authority in a file that the kubeconfig names, though its own text is the same", async () => {
  const ca = join(dir.path, "ca.crt");
  const named = JSON.parse(JSON.stringify(parse(good)));
  const { cluster } = named.clusters[0];
  writeFileSync(ca, Buffer.from(cluster["certificate-authority-data"], "base64"));
  delete cluster["certificate-authority-data"];
  cluster["certificate-authority"] = "ca.crt";
  writeFileSync(path, stringify(named));
  const client = clientOf(await open({ kubeconfig: path }));
  expect((await client.request("/version")).status).toBe(200);
  await hub.rotateKeys();
  await expect(client.request("/version")).rejects.toMatchObject({ status: null });
  good = await botKubeconfig(hub);
  writeFileSync(ca, Buffer.from(parse(good).clusters[0].cluster["certificate-authority-data"], "base64"));
  expect((await client.request("/version")).status).toBe(200);
});

it("keeps what it has when the file is gone or broken", async () => {
  writeFileSync(path, good);
  const opened = await open({ kubeconfig: path });
  writeFileSync(path, "{");
  expect(await opened.reread()).toBeNull();
  writeFileSync(path, good);
});

it("lets server replace the address", async () => {
  writeFileSync(path, good);
  const { access } = await open({ kubeconfig: path, server: "https://10.0.0.1:7443" });
  expect(access.server).toBe("https://10.0.0.1:7443");
});
