/** The receipt says where a smaller role would have allowed all that an access was used for, and only there. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { hubClient } from "../../sandbox/hub/client.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { APPROVALS, BOB, type Bot, catalog, MEI, startBot, startWorld, type World } from "../helpers/bot.ts";
import { hubTells, letHubTell, type Told } from "../helpers/hub-tells.ts";
import { type Scene, scene } from "../helpers/scene.ts";

const rules = [{ nonResourceURLs: ["/rest-api/v1/search", "/rest-api/v1/authn"], verbs: ["get"] }];
const roles = {
  ...catalog,
  /** Less than a guest, and not for Mei. */
  search: { ...catalog.guest, clusterRole: "karpor-search", rules, requester: { in: [BOB] } },
};
const withRole = async ({ hub }: World) => {
  const ask = hubClient(hub, hub.admin);
  const path = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
  const head = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" };
  await ask("POST", path, { body: { ...head, metadata: { name: "karpor-search" }, rules } });
  await ask.close();
};
let world: World;
let it: Scene;
let bot: Bot;
beforeEach(async () => {
  world = await startWorld({ transport: "socket", roles });
  await withRole(world);
  letHubTell(world);
  it = scene(world);
  bot = await startBot(world);
});
afterEach(async () => {
  await bot.stop();
  await world.close();
});

/** What its receipt says of an admin's access that was used so. */
async function receipt(user: string, uses: readonly Told[], { heard = true } = {}): Promise<string> {
  const hub = hubTells(world, () => bot);
  const record = async () => {
    const found = (await world.records()).find((r) => r.role === "admin");
    if (!found) throw new Error("no record");
    return found;
  };
  if (heard) await hub.heartbeat();
  const message = await it.get("admin 1h", "clusters", user);
  for (const one of uses) await hub.use(await record(), one);
  await world.slack.click(user, message, user === MEI ? "立即结束" : "End now", { confirm: true });
  await world.until(async () => {
    const now = await record();
    return now.state === "ending" && now.deletedAt !== undefined;
  });
  await world.jump(13_000);
  await world.until(async () => (await record()).state === "ended");
  await world.until(async () => {
    await world.jump(15_000);
    await hub.heartbeat();
    const now = await record();
    return now.state === "ended" && now.use !== undefined;
  });
  const { id } = await record();
  await world.until(async () => (await world.commands.exists(world.keys.rights(id))) === 0);
  return visibleText(await it.dm(user, user === MEI ? "共使用" : "Used"));
}

test.each<[string, string, Told[], RegExp | null]>([
  ["searches alone: the smallest role", BOB, [{}, {}], /Used 2 times.* · `search` would have been enough/],
  ["reads: the next", BOB, [{}, { path: "/rest-api/v1/clusters" }], /`guest` would have been enough/],
  ["a smaller role that is not for them is none, in their language", MEI, [{}], /`guest` 就够用了/],
  ["a change", BOB, [{}, { verb: "delete", path: "/rest-api/v1/cluster/prod" }], null],
  ["a change that Karpor refused", BOB, [{}, { verb: "post", path: "/rest-api/v1/x", code: 403 }], null],
])("%s", async (_, user, uses, says) => {
  const text = await receipt(user, uses);
  if (says) expect(text).toMatch(says);
  else expect(text).not.toMatch(/enough/);
  expect(world.slack.messages(APPROVALS).map(visibleText).join()).not.toMatch(/enough|够用/);
});

test("nothing where part of its time is not known", async () => {
  expect(await receipt(BOB, [{}], { heard: false })).not.toMatch(/enough/);
});
