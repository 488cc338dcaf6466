/** What an installation talks to: a local Slack and a real API server, at an address that containers reach. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { systemClock } from "../../sandbox/clock.ts";
import { hubClient } from "../../sandbox/hub/client.ts";
import { startEnvtest } from "../../sandbox/hub/envtest.ts";
import { chartKubeconfig } from "../../sandbox/hub/kubeconfig.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { startLocalSlack } from "../../sandbox/slack/index.ts";
import { ALICE, CAROL, MEI, people, places } from "../helpers/people.ts";

export const APP = {
  botToken: "xoxb-1-planted-bot-token",
  appToken: "xapp-1-planted-app-token",
  signingSecret: "planted-signing-secret-0123456789",
  command: "/karpor-access",
};

/** Those that only examples/karpor-access.yml names. */
const MORE_GROUPS = [
  { id: "S0LEADS", handle: "leads", members: [ALICE, MEI] },
  { id: "S0ONCALL", handle: "oncall", members: [CAROL] },
  { id: "S0EXT", handle: "ext", members: [MEI] },
];

export type ComposeWorld = Awaited<ReturnType<typeof startComposeWorld>>;

/** `host`: an address of this machine that containers reach. */
export async function startComposeWorld(host: string) {
  await using opened = new AsyncDisposableStack();
  const groups = [...people.groups, ...MORE_GROUPS];
  const slack = opened.adopt(
    await startLocalSlack({ clock: systemClock(), host, ...APP, ...people, ...places, groups }),
    (local) => local.close(),
  );
  const hub = opened.adopt(await startEnvtest(), (server) => server.stop());
  const port = await relay(host, Number(new URL(hub.url).port), opened);
  const kubeconfig = () => chartKubeconfig(`https://${host}:${port}`, hub.admin);
  await putKubeconfig(hub, kubeconfig());
  const kept = opened.move();
  return {
    ...{ slack, hub, host },
    /** Of the hub, at `host`. */
    hubPort: port,
    /** An administrator's, for the hub and for the cluster that runs Karpor: here they are one. */
    admin: kubeconfig(),
    /** Upgrades Karpor: all its tokens and certificates are dead. Resolves to the administrator's new kubeconfig. */
    async upgrade() {
      await hub.upgrade();
      await putKubeconfig(hub, kubeconfig());
      return kubeconfig();
    },
    /** What the hub's login answers to a token: 401 to a dead one. */
    async login(token: string) {
      await using ask = closing(hubClient(hub));
      return (await ask.value("GET", "/rest-api/v1/authn", { token })).status;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const closing = <T extends { close(): Promise<void> }>(value: T) => ({
  value,
  [Symbol.asyncDispose]: () => value.close(),
});

/** Resolves to a port of `host` that leads to this port of the loopback. */
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

/** Into the ConfigMap where Karpor keeps it for its administrators. */
async function putKubeconfig(hub: TestHub, config: string): Promise<void> {
  const name = "karpor-kubeconfig";
  const maps = "/api/v1/namespaces/karpor/configmaps";
  await using ask = closing(hubClient(hub, hub.admin));
  await ask.value("POST", "/api/v1/namespaces", { body: { metadata: { name: "karpor" } } });
  await ask.value("DELETE", `${maps}/${name}`);
  const { status } = await ask.value("POST", maps, { body: { metadata: { name }, data: { config } } });
  if (status !== 201) throw new Error(`The ConfigMap ${name} was not made: ${status}.`);
}
