/** One request's story is one grep through the logs of all replicas. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { ALICE, BOB, startWorld, type World } from "./helpers/bot.ts";
import { startReplicas } from "./helpers/replicas.ts";
import { scene } from "./helpers/scene.ts";

let world: World;
let fleet: Awaited<ReturnType<typeof startReplicas>>;
beforeEach(async () => {
  world = await startWorld();
  Object.assign(world.env, { LOG_LEVEL: "debug" });
  fleet = await startReplicas(world);
});
afterEach(async () => {
  await fleet[Symbol.asyncDispose]();
  await world.close();
});

const STATES = ["requested", "pending", "approved", "delivering", "active", "ending", "ended"];
const CALLS = [
  ...["chat.postMessage ok", "chat.update ok", "chat.delete ok"],
  ...["POST serviceaccounts 201", "POST clusterrolebindings 201", "POST serviceaccounts/token 201"],
  ...["DELETE clusterrolebindings 200", "DELETE serviceaccounts 200", "GET authn 401"],
];

test("who asked, who approved, each call to Slack and the hub, and the end, by the id alone", async () => {
  const [a, b] = fleet.pair;
  const { ask, dm } = scene(world);
  world.slack.deliverTo(a.url);
  const card = await ask("guest 1h", "two replicas");
  await ask("guest 1h", "of somebody else", ALICE);
  world.slack.deliverTo(b.url);
  await world.slack.click(ALICE, card, "approve");
  const own = async () => (await world.records()).find(({ reason }) => reason === "two replicas");
  const shown = await dm(BOB, "Only for you.");
  // It is on record a moment after it is shown.
  await world.until(async () => (await own())?.state === "active");
  await world.slack.click(BOB, shown, "End now", { confirm: true });
  await world.until(async () => {
    const r = await own();
    return r?.state === "ending" && r.deletedAt !== undefined;
  });
  await fleet.jump(13_000);
  await world.until(async () => (await own())?.state === "ended");
  const { id = "" } = (await own()) ?? {};

  const all = () => fleet.pair.flatMap(({ lines }) => lines);
  const story = () =>
    all()
      .filter((line) => JSON.stringify(line).includes(id))
      .sort((one, two) => String(one.time).localeCompare(String(two.time)));
  const states = () => story().flatMap(({ trail }) => (trail ? [trail.to] : []));
  const calls = () =>
    story().flatMap(({ slack, hub, result, ms }) =>
      slack || hub ? [{ call: `${slack ?? hub} ${result}`, ms }] : [],
    );
  const missing = () => CALLS.filter((call) => !calls().some((one) => one.call === call));
  // A process's lines come over a pipe, and what Slack is told at the end comes last.
  await world
    .until(async () => states().length === STATES.length && missing().length === 0)
    .catch(() => expect({ states: states(), missing: missing() }).toEqual({ states: STATES, missing: [] }));
  // Two processes, and a clock of milliseconds: a job may tell of the next before its swap is told.
  expect(states().toSorted()).toEqual(STATES.toSorted());
  for (const line of story()) expect(line).toMatchObject({ id });
  for (const { call, ms } of calls()) expect(ms, call).toEqual(expect.any(Number));
  // The replica that Slack's commands came to, and the one that its clicks did.
  for (const { lines } of fleet.pair) expect(lines.some((line) => line.id === id)).toBe(true);
  // Whoever gives or takes access on the hub does it for a request.
  const changes = all().filter(({ hub }) => /^(POST|DELETE) clusterrolebindings$/.test(String(hub)));
  expect(changes.length).toBeGreaterThanOrEqual(2);
  for (const line of changes) expect(line.id).toMatch(/^R-/);
}, 120_000);
