/** A record that nobody can read: people are told so, the hub ends its access on time, and its role is free again. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { hubClient } from "../sandbox/hub/client.ts";
import { visibleText } from "../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../src/domain/duration.ts";
import { SWEEP } from "../src/queue/sweeps.ts";
import { ALICE, BOB, CAROL, MEI, startBot, startWorld, type World } from "./helpers/bot.ts";
import { GRANTS_NAMESPACE } from "./helpers/bot-account.ts";
import { login } from "./helpers/login.ts";
import { inputOf, type Scene, scene, tokenIn } from "./helpers/scene.ts";

let world: World;
let bot: Awaited<ReturnType<typeof startBot>>;
let it: Scene;
beforeEach(async () => {
  world = await startWorld();
  bot = await startBot(world);
  it = scene(world);
});
afterEach(async () => {
  await bot.stop();
  await world.close();
});

/** Whatever was said before, this is said now. */
async function hears(user: string, act: () => Promise<unknown>): Promise<string> {
  const before = world.slack.ephemerals(user).length;
  await act();
  const said = await world.slack.waitFor(() => world.slack.ephemerals(user)[before]);
  return visibleText(said);
}

async function sweep(): Promise<void> {
  await world.queue.add(SWEEP, {}, { jobId: "by-hand", removeOnComplete: true });
  await world.until(async () => (await world.queue.getJob("by-hand")) === undefined);
}

/** With a version that no change under way expects. */
const put = (id: string, record: string) => world.commands.hset(world.keys.request(id), { v: 1000, record });
const stored = (id: string) => world.commands.hget(world.keys.request(id), "record");

test.each([
  ["an unknown state, two versions ahead", (r: object) => ({ ...r, schema: 3, state: "escalated" })],
  ["an unknown state of the next version", (r: object) => ({ ...r, schema: 2, state: "escalated" })],
  ["no JSON", () => undefined],
])("%s", async (_what, damage) => {
  const token = tokenIn(await it.get("guest 1h", "it breaks"));
  const [request] = await world.records();
  const id = request?.id ?? "";
  const record = JSON.stringify(damage(JSON.parse((await stored(id)) ?? ""))) ?? "no JSON";
  await put(id, record);

  for (const [who, text] of [
    [ALICE, `revoke ${id} now`],
    [ALICE, "revoke @bob"],
    [BOB, "revoke"],
    [BOB, "status"],
    [BOB, "guest 1h once more"],
  ] as const)
    expect(await hears(who, () => it.say(who, text))).toContain(
      `*Nothing changed:* the bot cannot read ${id}: another version of it wrote that record, or it is damaged.`,
    );
  const ready = await it.dm(BOB, "Only for you.");
  expect(await hears(BOB, () => world.slack.click(BOB, ready, "I've copied it, hide"))).toContain(
    `cannot read ${id}`,
  );

  await sweep();
  expect(await login(world.hub, token)).toBe(200);
  await world.jump(HOUR + MINUTE);
  await sweep();
  expect(await it.standing()).toEqual([]);
  expect(await login(world.hub, token)).toBe(401);
  await world.until(async () => !world.slack.dm(BOB).some((message) => tokenIn(message) !== ""));

  // Redis forgets it in its own time, an hour after the end.
  const reservation = world.keys.open(BOB, "guest");
  const left = await world.commands.pttl(reservation);
  expect(left).toBeGreaterThan(HOUR);
  expect(left).toBeLessThanOrEqual(2 * HOUR);
  await world.commands.pexpire(reservation, 1);
  await world.jump(HOUR);
  expect(await hears(BOB, () => it.say(BOB, "revoke"))).toContain("Nothing to revoke");
  await it.ask("guest 1h", "once more");
  expect(await stored(id)).toBe(record);
});

test("its binding deleted on the hub by an administrator, the rest goes too", async () => {
  const token = tokenIn(await it.get("guest 1h", "it breaks"));
  const [request] = await world.records();
  await put(request?.id ?? "", "no JSON");
  const admin = hubClient(world.hub, world.hub.admin);
  const [name] = await it.standing();
  await admin("DELETE", `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${name}`);
  await admin.close();
  expect(await login(world.hub, token)).toBe(403);
  await world.jump(2 * MINUTE);
  await sweep();
  expect(await it.standing()).toEqual([]);
});

test.each(["guest", "@bob"])(
  "revoke all %s: what nobody can read of it is refused with the rest",
  async (of) => {
    const broken = tokenIn(await it.get("guest 1h", "it breaks"));
    const [request] = await world.records();
    const other = of === "guest" ? CAROL : BOB;
    const well = tokenIn(await it.get(of === "guest" ? "guest 1h" : "admin 1h", "it is well", other));
    const meis = tokenIn(await it.get("admin 1h", "of another role and person", MEI));
    await put(request?.id ?? "", "no JSON");
    await it.say(ALICE, `revoke all ${of}`);
    const view = await world.slack.waitFor(() =>
      world.slack.views(ALICE).findLast((v) => JSON.stringify(v).includes("1 grant of 1 person")),
    );
    await world.slack.submit(ALICE, view.id, { [inputOf(view)]: "laptop stolen" });
    for (const token of [well, broken])
      await world.until(async () => (await login(world.hub, token)) !== 200);
    expect(await login(world.hub, meis)).toBe(200);
  },
);

test("revoke all @bob, of whom there is nothing else: whoever asks is not told that nothing stands", async () => {
  await it.get("guest 1h", "it breaks");
  const [request] = await world.records();
  await put(request?.id ?? "", "no JSON");
  await it.say(ALICE, "revoke all @bob");
  const view = await world.slack.waitFor(() => world.slack.views(ALICE).findLast(({ submit }) => submit));
  const said = await hears(ALICE, () => world.slack.submit(ALICE, view.id, { [inputOf(view)]: "stolen" }));
  expect(said).toContain(`the bot cannot read ${request?.id}`);
});

test("a lockdown that only a newer version can read stands all the same, and can be lifted", async () => {
  await it.get("guest 1h", "it runs");
  const at = world.clock.now();
  const record = JSON.stringify({ by: { service: "pager" }, qualified: "pager", at, reason: "an alarm" });
  await world.commands.hset(world.keys.lockdown, { record, at });
  const admin = hubClient(world.hub, world.hub.admin);
  const path = `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts/karpor-access-instance-test`;
  const body = { metadata: { annotations: { "karpor-access.io/lockdown": record } } };
  await admin("PATCH", path, { body, type: "application/merge-patch+json" });
  await admin.close();
  expect(await hears(BOB, () => it.say(BOB, "guest 1h next"))).toContain("an alarm");
  await world.until(async () => {
    await sweep();
    return (await it.standing()).length === 0;
  });
  await it.proveEnd();
  expect(await hears(ALICE, () => it.say(ALICE, "unlock all is well"))).toContain("Unlocked");
  await it.get("guest 1h", "next");
});
