/** `grants`: an operator lists and ends access while Slack, Redis or the hub is away. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { grants } from "../../src/cli/grants/index.ts";
import { UsageError } from "../../src/cli/options.ts";
import { createLog } from "../../src/ops/log.ts";
import { eventually } from "../helpers/eventually.ts";
import { BOB, MEI } from "../helpers/people.ts";
import { type Scene, sceneOf, tokenIn } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeAll(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  await startReplica(world);
});
afterAll(() => world.close());

const NOWHERE = "redis://127.0.0.1:1";

/** What it prints, and whether it did what was asked. Slack's token is none. */
async function run(args: string[], variables: NodeJS.ProcessEnv = {}) {
  const lines: string[] = [];
  const isDone = await grants(args, {
    ...{ clock: world.clock, log: createLog("error"), colour: false },
    variables: { ...world.env, SLACK_BOT_TOKEN: "", ...variables },
    say: (line) => void lines.push(line),
    confirm: async () => true,
  });
  return { isDone, text: lines.join("\n") };
}

const json = async (args: string[], variables?: NodeJS.ProcessEnv) =>
  JSON.parse((await run([...args, "--json"], variables)).text);

/** The id of a new grant, and its token. */
async function grantFor(user: string, reason: string) {
  const token = tokenIn(await scene.get("guest 2h", reason, user));
  const { id } = await scene.record((one) => one.reason === reason && one.state === "active");
  return { id, token };
}

/** Ends it, and jumps over the 11 s of the proof. */
async function end(id: string, ...words: string[]) {
  const ending = run(["end", id, ...words]);
  await scene.record((one) => one.id === id && one.ending?.deletedAt != null);
  world.clock.jump(12_000);
  return ending;
}

const trail = async () =>
  (await world.commands.xrange("{karpor-access:test}:trail", "-", "+")).map(([, [, entry]]) => entry);

test("list and show tell the same of a grant from Redis, and the least of it from the hub alone", async () => {
  const { id } = await grantFor(BOB, "to be listed");
  expect(await json(["list"])).toMatchObject({
    ...{ redis: true, hub: true },
    grants: [
      { id, state: "active", role: "guest", holder: BOB, approvedBy: "U0ALICE", reason: "to be listed" },
    ],
  });
  expect(await json(["list"], { REDIS_URL: NOWHERE })).toMatchObject({
    ...{ redis: false, hub: true },
    grants: [{ id, state: "on Karpor", role: "karpor-guest", holder: BOB }],
  });
  expect((await run(["show", id])).text).toMatch(
    /active: guest for U0BOB[\s\S]*approved by U0ALICE[\s\S]*its account, its binding/,
  );
  expect((await run(["show", id], { REDIS_URL: NOWHERE })).text).toContain("Redis does not answer");
  await end(id);
});

test("end carries it through to the proof, and the trail names the operator", async () => {
  const { id, token } = await grantFor(BOB, "to be ended");
  const ended = await end(id, "stolen", "laptop", "--as", "dana");
  // The command and the running bot both carry it through: who deletes the account proves by its token.
  const proved = /has ended: (Karpor refuses its token|its account is gone from Karpor)\./;
  expect(ended).toEqual({ isDone: true, text: expect.stringMatching(proved) });
  await scene.isDead(token);
  expect((await trail()).some((entry) => entry?.includes(id) && entry.includes('"by":"operator dana"'))).toBe(
    true,
  );
  expect(await run(["end", "R-0000000000"])).toMatchObject({ isDone: false });
});

test("without Redis end takes the access away on the hub, and the bot proves it later", async () => {
  const { id, token } = await grantFor(MEI, "ended without Redis");
  const { isDone, text } = await run(["end", "--all"], { REDIS_URL: NOWHERE });
  expect([isDone, text]).toEqual([true, expect.stringContaining(`${id} gives no access any more`)]);
  expect(await scene.login(token)).toBe("unbound");
  await world.sweep();
  await scene.proveEnd(id);
});

test("an access without a record is listed and ended", async () => {
  const { id } = await grantFor(MEI, "lost by Redis");
  await world.commands.flushall();
  expect((await json(["list"])).grants).toMatchObject([{ id, state: "on Karpor, without a record" }]);
  expect((await run(["end", id])).text).toContain("had no record");
  expect(await scene.onHub()).toEqual([]);
});

test("a lockdown holds with Redis and without, until it is unlocked", async () => {
  const { id } = await grantFor(BOB, "under lockdown");
  const { isDone, text } = await run(["lockdown", `@${BOB}`, "stolen laptop"], { REDIS_URL: NOWHERE });
  expect([isDone, text]).toEqual([true, expect.stringContaining(`Locked down: ${BOB}`)]);
  await world.sweep();
  await scene.record((one) => one.id === id && one.ending?.cause === "lockdown");
  await scene.say(BOB, "peek 15m");
  await scene.whisper(BOB, "locked");
  expect(
    await run(["unlock", `@${BOB}`, "found"], { REDIS_URL: NOWHERE }).catch(({ message }) => message),
  ).toContain("Redis");
  expect((await run(["unlock", `@${BOB}`, "found"])).isDone).toBe(true);
  await eventually(async () => {
    await scene.say(BOB, "peek 15m");
    return scene.record(({ role, state }) => role === "peek" && state === "active");
  });
  const locking = run(["lockdown", "an incident"]);
  const { id: peek } = await scene.record(
    ({ role, ending }) => role === "peek" && ending?.cause === "lockdown",
  );
  await scene.record((one) => one.id === peek && one.ending?.deletedAt != null);
  world.clock.jump(14_000);
  expect((await locking).text).toContain(`${peek} has ended`);
});

test("with the hub away the list says what Redis knows, and with both away nothing is claimed", async () => {
  await world.hub.down();
  expect((await json(["list"])).hub).toBe(false);
  await expect(run(["list"], { REDIS_URL: NOWHERE })).rejects.toThrow("Neither Redis nor Karpor");
});

test.each([
  [[]],
  [["end"]],
  [["end", "--all", "R-0000000000"]],
  [["lockdown"]],
  [["lockdown", "@bob", "why"]],
  [["list", "--all"]],
])("%j is not understood", async (args) => {
  await expect(run(args)).rejects.toThrow(UsageError);
});
