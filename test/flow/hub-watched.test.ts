/** What others remove or alter on the hub ends its grant at once, on a stand-in and on a real API server. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type JumpClock, jumpClock } from "../../sandbox/clock.ts";
import { type HubCaller, hubClient } from "../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { ALICE, BOB, CAROL, GENERAL, MEI, startBot, startWorld, type World } from "../helpers/bot.ts";
import { GRANTS_NAMESPACE } from "../helpers/bot-account.ts";
import { scene, tokenIn } from "../helpers/scene.ts";

const ACCOUNTS = `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts`;
const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const MERGE = "application/merge-patch+json";
/** In which nothing comes that should not. */
const NOTHING_FOR_MS = 1_000;

type Hub = { name: string; start(clock: JumpClock): Promise<TestHub> };
const hubs: Hub[] = [{ name: "the local hub", start: (clock) => startLocalHub({ clock }) }];
if (envtestAvailable()) hubs.push({ name: "a real API server", start: () => startEnvtest() });
else test.skip(`on a real API server ${envtestAdvice}`);

describe.each(hubs)("on $name", ({ start }) => {
  const clock = jumpClock();
  let hub: TestHub;
  let admin: HubCaller;
  let nobody: HubCaller;
  let world: World;
  let bots: Awaited<ReturnType<typeof startBot>>[];
  beforeAll(async () => {
    hub = await start(clock);
    admin = hubClient(hub, hub.admin);
    nobody = hubClient(hub);
    world = await startWorld({ hub, clock });
    bots = [await startBot(world), await startBot(world)];
  }, 90_000);
  afterAll(async () => {
    for (const bot of bots ?? []) await bot.stop();
    await world?.close();
    await Promise.all([admin?.close(), nobody?.close()]);
    await hub?.stop();
  });

  const record = async (reason: string) => (await world.records()).find((r) => r.reason === reason);
  const nameOf = async (reason: string) => {
    const id = (await record(reason))?.id.toLowerCase() ?? "?";
    const { serviceAccounts } = await hub.objects();
    return serviceAccounts.find(({ metadata }) => metadata.name.includes(id))?.metadata.name ?? "?";
  };
  const ends = (reason: string) =>
    world.until(async () => ["ending", "ended"].includes((await record(reason))?.state ?? ""));
  const release = async (reason: string) =>
    world.slack.command(BOB, GENERAL, `revoke ${(await record(reason))?.id}`);
  const refused = async (token: string) => {
    await world.until(async () => {
      const { status } = await nobody("GET", "/rest-api/v1/authn", { token });
      return status === 401 || status === 403;
    });
  };
  const gone = async (name: string) =>
    world.until(async () => {
      const [account, binding] = await Promise.all([
        admin("GET", `${ACCOUNTS}/${name}`),
        admin("GET", `${BINDINGS}/${name}`),
      ]);
      return account.status === 404 && binding.status === 404;
    });

  test.each([
    ["binding", BINDINGS, "guest"],
    ["account", ACCOUNTS, "long"],
  ])("a %s that is removed by hand ends its grant, and no other", async (what, path, role) => {
    const it = scene(world);
    const reason = `${what} taken away`;
    const shown = await it.get(`${role} 1h`, reason);
    await it.get(`${role} 1h`, `${what} goes on`, MEI);
    const name = await nameOf(reason);
    await admin("DELETE", `${path}/${name}`);
    await ends(reason);
    const ended = await record(reason);
    expect(ended).toMatchObject({ end: { cause: "lost" } });
    await gone(name);
    await refused(tokenIn(shown));
    expect((await record(`${what} goes on`))?.state).toBe("active");
    const lost = bots.flatMap(({ lines }) =>
      lines.filter(({ cause, id }) => cause === "lost" && id === ended?.id),
    );
    expect(lost).toHaveLength(1);
  });

  test.each([
    [
      "gives its role to one more",
      "guest",
      (name: string) => ({
        subjects: [
          { kind: "ServiceAccount", name, namespace: GRANTS_NAMESPACE },
          { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "mallory" },
        ],
      }),
    ],
    ["hides from lists", "long", () => ({ metadata: { labels: { "karpor-access.io/instance": null } } })],
  ])("a binding that %s is ended, and the administrators are told once", async (what, role, change) => {
    const it = scene(world);
    const shown = await it.get(`${role} 1h`, what, CAROL);
    const name = await nameOf(what);
    const reply = await admin("PATCH", `${BINDINGS}/${name}`, { body: change(name), type: MERGE });
    expect(reply.status).toBe(200);
    await ends(what);
    expect(await record(what)).toMatchObject({ end: { cause: "altered" } });
    await gone(name);
    await refused(tokenIn(shown));
    const id = (await record(what))?.id ?? "?";
    await it.dm(ALICE, `${id}. The bot ends`);
    const told = world.slack
      .dm(ALICE)
      .map(visibleText)
      .filter((text) => text.startsWith("*Changed by hand:*"));
    expect(told.filter((text) => text.includes(id))).toHaveLength(1);
  });

  test("what the bot removes itself says nothing", async () => {
    const it = scene(world);
    await it.get("admin 1h", "given back");
    const name = await nameOf("given back");
    await release("given back");
    await gone(name);
    await new Promise((resolve) => setTimeout(resolve, NOTHING_FOR_MS));
    expect(await record("given back")).toMatchObject({ end: { cause: "released" } });
    const id = (await record("given back"))?.id;
    const said = bots.flatMap(({ lines }) => lines.filter((line) => line.id === id && line.cause));
    expect(said).toEqual([]);
  });

  test("where somebody is at the grant, it is looked at when they are done", async () => {
    const it = scene(world);
    await it.get("admin 1h", "busy", MEI);
    const name = await nameOf("busy");
    const lease = world.keys.lease((await record("busy"))?.id ?? "");
    await world.commands.set(lease, "another", "PX", 60_000);
    await admin("DELETE", `${BINDINGS}/${name}`);
    await new Promise((resolve) => setTimeout(resolve, NOTHING_FOR_MS));
    expect((await record("busy"))?.state).toBe("active");
    await world.commands.del(lease);
    await ends("busy");
    await gone(name);
  });
});
