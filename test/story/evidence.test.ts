/** Story: the hub's audit log tells what each access is used for, and whether it is still needed. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { stringify } from "yaml";
import { freePort } from "../../sandbox/child.ts";
import { GRANTS_NAMESPACE } from "../../sandbox/hub/bot-account.ts";
import { hubClient } from "../../sandbox/hub/client.ts";
import { HUB_AUDIT_PATH, listenForHub } from "../../src/evidence/webhook.ts";
import { objectName } from "../../src/hub/names.ts";
import { HOUR, MINUTE } from "../../src/request/durations.ts";
import type { RequestId } from "../../src/request/ids.ts";
import { eventually } from "../helpers/eventually.ts";
import { BOB, MEI } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { buttonsOf, type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { onStandIn } from "../helpers/stand-in.ts";
import { type Running, startReplica, startWorld, type World } from "../helpers/world.ts";

const SECRET = "planted-hub-audit-secret-0123456789";
let world: World;
let scene: Scene;
let running: Running;
let url: string;

const useOf = (id: RequestId) => running.bot.store.uses.read(id);
const activeFor = (user: string) =>
  scene.record(({ requester, state }) => requester === user && state === "active");

/** Asks, and resolves when the hub told of the bot's own try of the token. */
async function getKnown(line: string, user: string) {
  await scene.say(user, line);
  const request = await activeFor(user);
  const delivered = await scene.tokenOf(user, request.id);
  await eventually(async () => (await useOf(request.id)).isKnown);
  return { request, delivered };
}

/** As the hub tells it. */
function tell(
  id: RequestId,
  { verb = "get", code = 200, secret = SECRET, auditID = `${Math.random()}` } = {},
) {
  const event = {
    ...{
      auditID,
      stage: "ResponseComplete",
      verb,
      requestURI: "/rest-api/v1/search?q=x",
      userAgent: "Mozilla/5.0",
    },
    user: { username: `system:serviceaccount:${GRANTS_NAMESPACE}:${objectName("test", id)}` },
    ...{ responseStatus: { code }, requestReceivedTimestamp: new Date(world.clock.now()).toISOString() },
  };
  const stranger = { ...event, user: { username: "system:admin" } };
  const body = JSON.stringify({
    apiVersion: "audit.k8s.io/v1",
    kind: "EventList",
    items: [event, stranger, {}],
  });
  const send = () => fetch(url, { method: "POST", headers: { authorization: `Bearer ${secret}` }, body });
  return { send, status: send().then((answer) => answer.status) };
}

onStandIn("the hub's audit log")("the hub tells what a token does", () => {
  beforeAll(async () => {
    const freed = {
      ...roles.peek,
      duration: { default: "4h", max: "8h" },
      idle: { after: "1h", release: true },
    };
    const audit = { hub: { tokenEnv: "HUB_AUDIT_TOKEN" } };
    world = await startWorld({
      config: { audit, roles: { ...roles, freed, asked: { ...freed, idle: "1h" } } },
    });
    scene = sceneOf(world);
    Object.assign(world.env, { HUB_AUDIT_TOKEN: SECRET });
    running = await startReplica(world);
    url = `http://127.0.0.1:${running.port}${HUB_AUDIT_PATH}`;
    const userGroups = [`system:serviceaccounts:${GRANTS_NAMESPACE}`];
    world.localHub.audit.keep(stringify({ rules: [{ level: "Metadata", userGroups }] }));
    world.localHub.audit.tellTo(stringify({ clusters: [{ cluster: { server: `${url}/${SECRET}` } }] }));
  });
  afterEach(() => scene.clear());
  afterAll(() => world.close());

  test("what a token does is counted, shown, and the bot's own try is not; the receipt sums it up", async () => {
    const { request, delivered } = await getKnown("freed 4h", BOB);
    expect(await useOf(request.id)).toMatchObject({ first: null, reads: 0, changes: 0, refusals: 0 });
    await scene.say(BOB, "status");
    await scene.whisper(BOB, "No use reported");
    const ask = hubClient(world.hub);
    const token = tokenIn(delivered);
    await ask("GET", "/rest-api/v1/authn", { token });
    await ask("DELETE", "/rest-api/v1/cluster/prod", { token });
    await ask.close();
    await eventually(async () => (await useOf(request.id)).refusals === 1);
    expect(await useOf(request.id)).toMatchObject({ reads: 1, changes: 0 });
    const { send, status } = tell(request.id, { verb: "post" });
    expect(await status).toBe(200);
    await send();
    expect(await useOf(request.id)).toMatchObject({ reads: 1, changes: 1, refusals: 1 });
    await scene.say(BOB, `show ${request.id}`);
    await scene.whisper(BOB, "1 read, 1 change, 1 refused");
    await world.slack.click(BOB, delivered, "End now", { confirm: true });
    await scene.dm(BOB, "confirming");
    await scene.proveEnd(request.id);
    const receipt = await scene.dm(BOB, "1 read, 1 change, 1 refused");
    await tell(request.id).status;
    await world.slack.waitFor(() => visibleText(receipt).includes("2 reads"));
  });

  test("who does not know the secret tells nothing, and what is no batch is refused", async () => {
    const { request } = await getKnown("peek 1h", MEI);
    expect(await tell(request.id, { secret: "guessed" }).status).toBe(401);
    expect((await fetch(`${url}/${SECRET}`, { method: "POST", body: "[]" })).status).toBe(400);
    expect((await useOf(request.id)).reads).toBe(0);
    const { bot } = running;
    const port = await freePort();
    const audit = { ...bot.config.audit, hub: { tokenEnv: "HUB_AUDIT_TOKEN", port } };
    const own = await listenForHub({ ...bot, config: { ...bot.config, audit } });
    expect(
      (await fetch(`http://127.0.0.1:${port}${HUB_AUDIT_PATH}/guessed`, { method: "POST" })).status,
    ).toBe(401);
    own?.close();
  });

  test("what nobody uses is asked about: kept by the button or by use, else released", async () => {
    const { request } = await getKnown("freed 8h", BOB);
    const isAsked = (is: boolean) =>
      scene.record(({ id, idle }) => id === request.id && (idle.askedAt !== null) === is);
    await world.jump(HOUR + 2 * MINUTE);
    const first = await scene.dm(BOB, "Still needed?");
    expect(buttonsOf(first)).toEqual(["Keep it", "End now"]);
    expect(visibleText(first)).toContain("Unless you keep it or use it");
    await world.slack.click(BOB, first, "Keep it");
    await isAsked(false);
    await world.slack.waitFor(() => !world.slack.dm(BOB).includes(first));

    await world.jump(HOUR + 2 * MINUTE);
    await isAsked(true);
    await tell(request.id).status;
    await isAsked(false);

    await world.jump(HOUR + 2 * MINUTE);
    await isAsked(true);
    await world.jump(16 * MINUTE);
    const { id } = await scene.record(({ id, ending }) => id === request.id && ending?.cause === "unused");
    await scene.proveEnd(id);
    expect(visibleText(await scene.dm(BOB, "1 read, 0 changes"))).toContain("it was not used");
  });

  test("without release it goes on; what is used is not asked about, nor what the hub tells nothing of", async () => {
    const { request } = await getKnown("asked 8h", BOB);
    await world.jump(50 * MINUTE);
    await tell(request.id).status;
    await world.jump(20 * MINUTE);
    await scene.record(({ id, idle }) => id === request.id && idle.since !== null && idle.askedAt === null);
    await world.commands.hdel(
      `${running.bot.store.keys.prefix}:request:${request.id}`,
      "use-isKnown",
      "use-last",
    );
    await world.jump(HOUR + 2 * MINUTE);
    const { idle } = await scene.record(
      ({ id, idle }) => id === request.id && (idle.since ?? 0) > world.clock.now() - MINUTE,
    );
    expect(idle.askedAt).toBeNull();
    await tell(request.id).status;
    await world.jump(HOUR + 2 * MINUTE);
    await scene.dm(BOB, "Still needed?");
    await world.jump(HOUR);
    expect((await activeFor(BOB)).idle.askedAt).not.toBeNull();
  });
});
