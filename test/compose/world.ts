/** What an installation talks to: a local Slack and a real API server, where containers reach them. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { systemClock } from "../../sandbox/clock.ts";
import { hubClient } from "../../sandbox/hub/client.ts";
import { startEnvtest } from "../../sandbox/hub/envtest.ts";
import { chartKubeconfig } from "../../sandbox/hub/kubeconfig.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { startLocalSlack } from "../../sandbox/slack/index.ts";
import { ALICE, APPROVALS, BOB, CAROL, GENERAL, MEI, members } from "../helpers/people.ts";

export const BOT_TOKEN = "xoxb-1-planted-bot-token";
export const APP_TOKEN = "xapp-1-planted-app-token";
export const SIGNING_SECRET = "planted-signing-secret";

export type ComposeWorld = Awaited<ReturnType<typeof startComposeWorld>>;

/** `host`: an address of this machine that containers reach. */
export async function startComposeWorld(host: string) {
  await using opened = new AsyncDisposableStack();
  const slack = opened.adopt(await startLocalSlack({ ...workspace, host }), (s) => s.close());
  const hub = opened.use(await startEnvtest());
  const port = await relay(host, Number(new URL(hub.url).port), opened);
  const admin = chartKubeconfig(`https://${host}:${port}`, hub.admin);
  await keepKubeconfig(hub, admin);
  const kept = opened.move();
  return {
    ...{ slack, hub },
    /** An administrator's, of the hub and of the cluster that Karpor runs in: here they are one. */
    admin,
    /** Karpor is upgraded: every token and certificate of before is dead. Resolves to the administrator's new kubeconfig. */
    upgrade: async () => {
      await hub.upgrade?.();
      const renewed = chartKubeconfig(`https://${host}:${port}`, hub.admin);
      await keepKubeconfig(hub, renewed);
      return renewed;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** All whom karpor-access.example.yml names. */
const workspace = {
  clock: systemClock(),
  signingSecret: SIGNING_SECRET,
  botToken: BOT_TOKEN,
  appToken: APP_TOKEN,
  command: "/karpor-access",
  people: members,
  groups: [
    { id: "S0SRE", handle: "sre", members: [ALICE, CAROL] },
    { id: "S0DEV", handle: "dev", members: [BOB, MEI] },
    { id: "S0LEADS", handle: "leads", members: [ALICE, MEI] },
    { id: "S0ONCALL", handle: "oncall", members: [CAROL] },
    { id: "S0EXT", handle: "ext", members: [MEI] },
  ],
  channels: [
    { id: APPROVALS, name: "approvals", members: [ALICE, BOB, CAROL] },
    { id: GENERAL, name: "general", members: [ALICE, BOB, CAROL, MEI] },
  ],
};

/** Resolves to the port at which `host` leads to the same port of the loopback. */
async function relay(host: string, to: number, opened: AsyncDisposableStack): Promise<number> {
  const server = createServer((from) => {
    const there = connect(to, "127.0.0.1");
    for (const one of [from, there]) one.on("error", () => [from, there].map((both) => both.destroy()));
    from.pipe(there).pipe(from);
  });
  opened.defer(() => void server.close());
  await once(server.listen(0, host), "listening");
  return (server.address() as AddressInfo).port;
}

/** As Karpor leaves it for its administrators. */
async function keepKubeconfig(hub: TestHub, config: string): Promise<void> {
  const ask = hubClient(hub, hub.admin);
  const make = async (path: string, body: object) => {
    const { status, body: said } = await ask("POST", path, { body });
    if (status !== 201 && status !== 409) throw new Error(`${path}: ${status} ${said.message}`);
  };
  await make("/api/v1/namespaces", { metadata: { name: "karpor" } });
  await ask("DELETE", "/api/v1/namespaces/karpor/configmaps/karpor-kubeconfig");
  await make("/api/v1/namespaces/karpor/configmaps", {
    metadata: { name: "karpor-kubeconfig" },
    data: { config },
  });
  await ask.close();
}
