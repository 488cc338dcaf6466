/** Deeds: what an operator does past the bot is told as theirs afterwards, with their words and their moment. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { grants } from "../../src/cli/grants/index.ts";
import { setup } from "../../src/cli/setup/index.ts";
import { doDeeds } from "../../src/life/sweep/deeds.ts";
import { createLog } from "../../src/ops/log.ts";
import { HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import { keysFor } from "../../src/store/keys.ts";
import { APPROVALS, BOB, CAROL } from "../helpers/people.ts";
import { type Scene, sceneOf, visibleText } from "../helpers/scene.ts";
import {
  type Running,
  startReplica,
  startWorld,
  unsigned,
  usualConfig,
  type World,
} from "../helpers/world.ts";

let world: World;
let scene: Scene;
let replica: Running;

beforeEach(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  replica = await startReplica(world);
});
afterEach(() => world.close());

const NOWHERE = { REDIS_URL: "redis://127.0.0.1:1" };

function means(variables: NodeJS.ProcessEnv = {}) {
  return {
    clock: world.clock,
    log: createLog("error"),
    colour: false,
    variables: { ...world.env, ...variables },
    say: () => {},
    confirm: async () => true,
  };
}

const endPastTheBot = (id: string) => grants(["end", id, "incident", "42", "--as", "ann"], means(NOWHERE));

/** Entries of operators on the trail. */
async function operatorEntries() {
  const entries = await world.commands.xrange(keysFor("test").trail, "-", "+");
  const all = entries.map(([, [, text = ""]]) => JSON.parse(unsigned(text)));
  return all.filter(({ event }) => event.startsWith("operator."));
}

async function held(reason: string, user = BOB) {
  await scene.get("guest 1h", reason, user);
  return scene.record((one) => one.reason === reason && one.state === "active");
}

test("an end without Redis is theirs, at its own moment, and on the trail once", async () => {
  const { id } = await held("ended past the bot");
  const before = world.clock.now();
  await endPastTheBot(id);
  world.clock.jump(10 * MINUTE);
  // Killed after the records, before the deed was forgotten: the next sweep does it again.
  world.hub.failNext(1, 503, (method) => method === "PATCH");
  await doDeeds(replica.bot).catch(() => {});
  await world.sweep();
  const { ending } = await scene.record((one) => one.id === id && one.ending !== null);
  expect(ending).toMatchObject({ cause: "revoked", by: "operator ann", words: "incident 42" });
  expect((ending?.at ?? 0) - before).toBeLessThan(5 * SECOND);
  expect(visibleText(await scene.dm(BOB, "Revoked by operator ann"))).toContain("incident 42");
  expect(await operatorEntries()).toMatchObject([
    { event: "operator.ended", by: "operator ann", words: "incident 42", requests: [id] },
  ]);
});

test("a step that was due meanwhile does not overtake it", async () => {
  const { id } = await held("due meanwhile");
  await endPastTheBot(id);
  await world.jump(2 * HOUR);
  const { ending } = await scene.record((one) => one.id === id && one.ending?.by === "operator ann");
  expect(ending).toMatchObject({ cause: "revoked", words: "incident 42" });
});

test("a deed that somebody else wrote is none", async () => {
  const { id } = await held("not touched");
  const deed = { id: "0123456789abcdef", cause: "revoked", requests: [id], operator: "operator eve" };
  const text = JSON.stringify({ ...deed, words: "", at: world.clock.now(), goneAt: null });
  await replica.bot.hub.changeNotes(() => ({ "deed-0123456789abcdef": "A".repeat(43) + text }));
  await world.sweep();
  expect((await scene.record((one) => one.id === id)).state).toBe("active");
  expect(await operatorEntries()).toEqual([]);
});

test("an access without a record that an operator ends is on the trail with their words", async () => {
  const { id } = await held("lost by Redis");
  await world.commands.del(keysFor("test").request(id));
  await grants(["end", id, "incident", "43", "--as", "ann"], means());
  expect(await operatorEntries()).toMatchObject([{ words: "incident 43", requests: [id] }]);
});

test("setup --rotate ends what is held as rotated, and closes what waits", async () => {
  await world.close();
  // A namespace of its own, whose objects setup made itself.
  world = await startWorld({ config: { hub: { ...usualConfig.hub, namespace: "karpor-access-own" } } });
  scene = sceneOf(world);
  const admin = join(world.folder, "admin");
  writeFileSync(admin, world.localHub.adminKubeconfig);
  await setup(["--kubeconfig", admin], means());
  replica = await startReplica(world);
  const { id } = await held("held while it is rotated");
  await scene.ask("guest 1h", "waits while it is rotated", CAROL);
  const sleep = async (ms: number) => world.clock.jump(ms);
  await setup(["--rotate", "--as", "ann", "--kubeconfig", admin], {
    ...means(),
    clock: { now: world.clock.now, sleep },
  });
  await world.sweep();
  await world.sweep();
  const { ending } = await scene.record((one) => one.id === id && one.ending !== null);
  expect(ending).toMatchObject({ cause: "rotated", by: "operator ann" });
  const waited = await scene.record(({ reason, state }) => reason.startsWith("waits") && state === "closed");
  expect(waited.outcome).toMatchObject({ kind: "refused", refusal: { code: "rotated" } });
  await scene.dm(BOB, "operator ann ended everything on Karpor");
  expect(world.slack.messages(APPROVALS).map(visibleText).join("\n")).not.toContain("restored from a copy");
  expect(await operatorEntries()).toMatchObject([{ event: "operator.rotated", by: "operator ann" }]);
});
