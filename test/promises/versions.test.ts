/** Promise 3, of versions: a replica beside a newer one ends what it does not know whole, and loses nothing of it. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { HOUR, SECOND } from "../../src/request/durations.ts";
import { keysFor } from "../../src/store/keys.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, BOB, MEI } from "../helpers/people.ts";
import { type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, unsigned, type World } from "../helpers/world.ts";

let world: World;
let scene: Scene;

beforeEach(async () => {
  world = await startWorld();
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(() => world.close());

const hashFor = (id: string) => keysFor("test").request(id);

/** As a newer replica would write it: fields that this one does not know, at each depth. */
async function writeNewer(id: string) {
  const record = JSON.parse(unsigned((await world.commands.hget(hashFor(id), "record")) ?? ""));
  const newer = {
    ...record,
    inTheFuture: { since: 1 },
    token: { ...record.token, inTheFuture: 2 },
    approvals: record.approvals.map((one: object) => ({ ...one, inTheFuture: 3 })),
  };
  const signed = world.signer.sign(`request:${id}`, JSON.stringify(newer));
  await world.commands.hset(hashFor(id), "record", signed);
}

const ENDS: [string, (id: string, user: string) => Promise<unknown>][] = [
  ["end", (_, user) => scene.say(user, "end")],
  ["revoke", (id) => scene.say(ALICE, `revoke ${id} an older replica does it`)],
  ["its time", () => world.jump(2 * HOUR)],
];

test.each(ENDS)(
  "%s works on a record with fields that nobody here knows, and they are kept",
  async (_, end) => {
    for (const user of [BOB, MEI]) {
      const delivered = await scene.get("guest 2h", `newer of ${user}`, user);
      const { id } = await scene.because(`newer of ${user}`, "active");
      await writeNewer(id);
      await end(id, user);
      await eventually(async () => {
        await world.jump(14 * SECOND);
        return (await world.records()).some((one) => one.id === id && one.state === "closed");
      });
      await scene.isDead(tokenIn(delivered));
      await world.slack.waitFor(() => !world.slack.dm(user).includes(delivered));
      expect(await scene.record((one) => one.id === id)).toMatchObject({
        inTheFuture: { since: 1 },
        token: { inTheFuture: 2 },
        approvals: [{ inTheFuture: 3 }],
        outcome: { kind: "ended" },
      });
      expect(world.slack.history().map(visibleText).join()).not.toMatch(/without a record|cannot be read/);
    }
  },
);
