/** Story: the log alone tells what the trail tells, with names, the ticket, the policy, use, and what was refused. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GRANTS_NAMESPACE } from "../../sandbox/hub/bot-account.ts";
import { HUB_AUDIT_PATH } from "../../src/evidence/webhook.ts";
import { objectName } from "../../src/hub/names.ts";
import { DAY, HOUR, MINUTE } from "../../src/request/durations.ts";
import { TRAIL_EVENTS } from "../../src/request/events.ts";
import type { RequestId } from "../../src/request/ids.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, APPROVALS, BOB, MEI } from "../helpers/people.ts";
import { type Scene, sceneOf } from "../helpers/scene.ts";
import { type Running, startReplica, startWorld, unsigned, type World } from "../helpers/world.ts";

const SECRET = "planted-hub-audit-secret-0123456789";
let world: World;
let scene: Scene;
let running: Running;

beforeAll(async () => {
  world = await startWorld({ config: { audit: { hub: { tokenEnv: "HUB_AUDIT_TOKEN" } } } });
  Object.assign(world.env, { HUB_AUDIT_TOKEN: SECRET, METRICS_PORT: "0" });
  scene = sceneOf(world);
  running = await startReplica(world, { level: "error" });
});
afterAll(() => world.close());

type Entry = Record<string, unknown> & { event: string; id: string | null };
const logged = (): Entry[] => running.lines.flatMap(({ audit }) => (audit ? [audit as Entry] : []));
const told = (event: string, like: (entry: Entry) => boolean = () => true) =>
  eventually(async () => logged().find((entry) => entry.event === event && like(entry)));

/** As the hub tells it. */
function tellUse(id: RequestId, code: number, at: number) {
  const event = {
    ...{ stage: "ResponseComplete", verb: "get", requestURI: "/x", responseStatus: { code } },
    user: { username: `system:serviceaccount:${GRANTS_NAMESPACE}:${objectName("test", id)}` },
    requestReceivedTimestamp: new Date(at).toISOString(),
  };
  const body = JSON.stringify({ apiVersion: "audit.k8s.io/v1", kind: "EventList", items: [event] });
  const url = `http://127.0.0.1:${running.port}${HUB_AUDIT_PATH}`;
  return fetch(url, { method: "POST", headers: { authorization: `Bearer ${SECRET}` }, body });
}

test("an access, from who asked to what it was used for: once, two minutes after the end", async () => {
  const token = await scene.get("guest 1h", "OPS-12 look at the search page");
  const { id, version } = await scene.record(({ state }) => state === "active");
  await tellUse(id, 200, world.clock.now());
  await world.slack.click(BOB, token, "End now", { confirm: true });
  const { ending, account } = await scene.proveEnd(id);
  await tellUse(id, 403, (ending?.deletedAt ?? 0) + 1000);
  const isUnfinished = () => world.commands.sismember(running.bot.store.keys.unfinished, id);
  await world.sweep();
  expect(logged().filter(({ event }) => event === "access.used")).toEqual([]);
  expect(await isUnfinished()).toBe(1);
  await world.jump(2 * MINUTE);
  const used = await told("access.used");
  await eventually(async () => (await isUnfinished()) === 0);
  const file = readFileSync(String(world.env.KARPOR_ACCESS_CONFIG));
  expect(used).toMatchObject({
    ...{ id, account, role: "guest", reason: "OPS-12 look at the search page", ticket: "OPS-12" },
    policy: createHash("sha256").update(file).digest("hex").slice(0, 12),
    names: { [ALICE]: "alice", [BOB]: "bob" },
    approvals: [{ by: ALICE, rule: null }],
    ending: { cause: "holder", by: BOB, proof: { method: "probe" } },
    used: { isKnown: true, reads: 1, refusals: 0, late: 1 },
  });
  await scene.say(BOB, `show ${id}`);
  await scene.whisper(BOB, "1 refused after the end");
  await world.jump(MINUTE);
  await world.jump(DAY);
  expect(logged().filter(({ event, id: of }) => event === "access.used" && of === id)).toHaveLength(1);
  expect(version).not.toBe(used.version);
});

test("each token that is shown", async () => {
  await scene.say(BOB, "shown 1h");
  const message = await scene.dm(BOB, "no message holds it");
  for (const count of [1, 2]) {
    await world.slack.click(BOB, message, "reveal");
    await eventually(async () => logged().filter(({ event }) => event === "token.shown").length === count);
  }
  expect(await told("token.shown")).toMatchObject({ by: BOB, role: "shown", names: { [BOB]: "bob" } });
});

test("what was refused: ten a person an hour, then one with the count", async () => {
  const card = await scene.ask("guest 1h", "to be refused", MEI);
  const { id } = await scene.record(({ reason }) => reason === "to be refused");
  const own = await scene.ask("guest 1h", "an approver's own", ALICE);
  await world.slack.click(ALICE, own, "approve");
  expect(await told("attempt.refused")).toMatchObject({ by: ALICE, code: "own-request" });
  for (let count = 0; count < 12; count++) await world.slack.click(BOB, card, "approve");
  const bobs = () => logged().filter(({ event, by }) => event === "attempt.refused" && by === BOB);
  await eventually(async () => bobs().length >= 10);
  expect(bobs()[0]).toMatchObject({ id, code: "not-an-approver", names: { [BOB]: "bob" } });
  // Redis goes by its own clock.
  await world.commands.del(running.bot.store.keys.kept("hourly-look"));
  await world.jump(2 * HOUR);
  expect(await told("attempt.refused", ({ code }) => code === "many")).toMatchObject({ by: BOB, count: 2 });
  expect(bobs()).toHaveLength(11);
  const page = await (await fetch(`http://127.0.0.1:${running.metricsPort}/metrics`)).text();
  expect(page).toMatch(/^karpor_access_refused_attempts_total 13$/m);
  expect(page).toMatch(/^karpor_access_decisions_total\{decision="approved"\} 2$/m);
});

test("a card that its record does not know", async () => {
  await scene.ask("guest 1h", "to be forged");
  const { id } = await scene.record(({ reason }) => reason === "to be forged");
  const text = { type: "plain_text" as const, text: "Lunch menu" };
  const elements = [{ type: "button" as const, action_id: "approve", value: id, text }];
  await running.bot.slack.post(APPROVALS, { text: "lunch", blocks: [{ type: "actions", elements }] });
  const forged = await world.slack.waitFor(() =>
    world.slack.messages(APPROVALS).find((one) => one.text === "lunch"),
  );
  await world.slack.click(ALICE, forged, "approve");
  expect(await told("attempt.refused", ({ code }) => code === "unknown-message")).toMatchObject({
    by: ALICE,
    id,
  });
});

test("the log has each entry of the trail", async () => {
  await scene.clear();
  const trail = await world.commands.xrange(running.bot.store.keys.trail, "-", "+");
  const stored = trail.map(([, [, text = ""]]) => unsigned(text));
  expect(stored.length).toBeGreaterThan(20);
  expect(
    logged()
      .map((entry) => JSON.stringify(entry))
      .sort(),
  ).toEqual(stored.sort());
});

test("docs/audit.md lists the events, all of them and no others", () => {
  const page = readFileSync(new URL("../../docs/audit.md", import.meta.url), "utf8");
  const [, list = ""] = /^### Events$(.*?)^#/ms.exec(page) ?? [];
  const named = [...list.matchAll(/`([a-z-]+\.[a-z-]+)`/g)].map(([, name]) => name);
  expect([...new Set(named)].sort()).toEqual([...TRAIL_EVENTS].sort());
});
