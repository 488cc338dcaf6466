/** On a real API server, through its audit webhook: the bot's normal life raises no alarm, whatever becomes of the batches, and what others do, and a late use, each one. */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { hubClient } from "../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable } from "../../sandbox/hub/envtest.ts";
import { type SlackMessage, visibleText } from "../../sandbox/slack/index.ts";
import { objectName } from "../../src/hub/grants/names.ts";
import { APPROVALS, BOB } from "../helpers/bot.ts";
import { GRANTS_NAMESPACE } from "../helpers/bot-account.ts";
import { findingsOf, runDoctor } from "../helpers/doctor.ts";
import { startToldWorld, type ToldEvent, type ToldWorld } from "../helpers/hub-relay.ts";
import { tokenIn } from "../helpers/scene.ts";

const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
const NEWS = /Used after its end|Not done by the bot|did what the bot did not|Refused again/;

const real = describe.runIf(envtestAvailable());
if (!envtestAvailable()) test.skip(`on a real API server ${envtestAdvice}`);

real("on a real API server", () => {
  let started: ToldWorld | undefined;
  let { relay, hub, world, bots, admin, it }: ToldWorld = {} as ToldWorld;
  beforeEach(async () => {
    started = await startToldWorld({ config: { canary: "30m" } });
    ({ relay, hub, world, bots, admin, it } = started);
  }, 90_000);
  afterEach(() => started?.stop());

  const news = () =>
    world.slack
      .messages(APPROVALS)
      .map(visibleText)
      .filter((text) => NEWS.test(text));
  const look = async () => {
    await world.jump(2_000);
    await delay(50);
  };
  const told = async (words: RegExp) => {
    const found = () => news().find((text) => words.test(text));
    await world.until(async () => found() !== undefined);
    return found() ?? "";
  };
  const nameOf = async (reason: string) => {
    const found = (await world.records()).find((r) => r.reason === reason);
    return found ? objectName(found) : "none";
  };
  const heard = (is: (item: ToldEvent) => boolean) => world.until(async () => relay.told(is));
  const deleted = (name: string) => (item: ToldEvent) =>
    item.verb === "delete" &&
    item.objectRef?.resource === "clusterrolebindings" &&
    item.objectRef.name === name;
  const use = async (token: string, path: string) => {
    const anybody = hubClient(hub);
    const { status } = await anybody("GET", path, { token });
    await anybody.close();
    return status;
  };
  const end = (message: SlackMessage) => world.slack.click(BOB, message, "End now", { confirm: true });

  test("a normal life: grants, their use and their ends, a sweep, the canary, the doctor", async () => {
    const looking = await it.get("guest 1h", "looking");
    const clusters = await it.get("admin 1h", "clusters");
    const tokens = [tokenIn(looking), tokenIn(clusters)];
    for (const token of tokens) {
      expect(await use(token, "/rest-api/v1/clusters")).not.toBe(401);
      expect(await use(token, "/api/v1/secrets")).toBe(403);
    }
    const names = [await nameOf("looking"), await nameOf("clusters")];
    findingsOf(await runDoctor(world));
    for (const message of [looking, clusters]) await end(message);
    // Within the ten seconds for which the hub remembers the token.
    for (const token of tokens) expect([200, 401, 403]).toContain(await use(token, "/api"));
    for (const name of names) await heard(deleted(name));
    // No more than the clocks of hub and bot may differ.
    for (let i = 0; i < 3; i++) await world.jump(7_000);
    await world.until(async () => (await world.records()).every(({ state }) => state === "ended"));
    await relay.repeat();
    for (let i = 0; i < 3; i++) await look();
    await world.until(async () => (await world.commands.hlen(world.keys.hubWrites)) === 0);
    expect(await world.commands.hgetall(world.keys.hubOwn)).toMatchObject({
      who: expect.stringMatching(/^system:serviceaccount:/),
    });
    expect(news()).toEqual([]);
    expect(bots.flatMap(({ lines }) => lines.filter(({ alarm }) => alarm))).toEqual([]);
  }, 120_000);

  test("somebody else's binding; a token that a thief of the bot's credential minted; a use after the end", async () => {
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-admin" };
    const eve = { kind: "ServiceAccount", name: "eve", namespace: "default" };
    await admin("POST", BINDINGS, { body: { metadata: { name: "theirs" }, roleRef, subjects: [eve] } });
    await admin("DELETE", `${BINDINGS}/theirs`);
    expect(await told(/Not done by the bot/)).toMatch(
      /made the binding `theirs`, which gives `karpor-admin` to `default\/eve`, from `127.0.0.1`/,
    );

    const late = await it.get("guest 1h", "late");
    const token = tokenIn(late);
    const name = await nameOf("late");
    const kubeconfig = parse(
      readFileSync(world.env.KARPOR_ACCESS_CONFIG.replace("config.yml", "hub.kubeconfig"), "utf8"),
    );
    const stolen = { token: kubeconfig.users[0].user.token as string };
    const thief = hubClient(hub);
    const path = `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts/${name}/token`;
    expect((await thief("POST", path, { ...stolen, body: { spec: {} } })).status).toBe(201);
    await thief.close();
    expect(await told(/did what the bot did not/)).toContain(`a token of the account \`${name}\``);

    // As a hub that was restored from before has it: nobody tells of its making.
    relay.lost = ({ verb, objectRef }) => verb === "create" && objectRef?.resource === "clusterrolebindings";
    const { body } = await admin("GET", `${BINDINGS}/${name}`);
    expect(await use(token, "/rest-api/v1/clusters")).not.toBe(403);
    await end(late);
    await world.until(async () => (await admin("GET", `${BINDINGS}/${name}`)).status === 404);
    const { roleRef: role, subjects } = body as unknown as { roleRef: object; subjects: object[] };
    await admin("POST", BINDINGS, { body: { metadata: { name }, roleRef: role, subjects } });
    await world.jump(1_200);
    // The hub remembers the token for ten seconds.
    expect(await use(token, "/rest-api/v1/clusters")).toBe(404);
    await heard(deleted(name));
    expect(await told(/Used after its end/)).toMatch(/`guest`/);
    await relay.repeat();
    for (let i = 0; i < 3; i++) await look();
    expect(news().filter((text) => /Used after its end/.test(text))).toHaveLength(1);
  }, 120_000);
});
