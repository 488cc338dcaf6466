/** What people and misfortune do in the property of the life: each deed is data, so that a failing sequence can be read. */
import fc from "fast-check";
import { SECOND } from "../../src/request/durations.ts";
import { ALICE, APPROVALS, BOB, CAROL, GENERAL, MEI } from "../helpers/people.ts";
import type { ReplicaProcess } from "../helpers/process.ts";
import { buttonsOf, inputOf, type Scene } from "../helpers/scene.ts";
import type { World } from "../helpers/world.ts";

const LINES = [
  "guest 2h looking",
  "guest 1d longer",
  "peek 15m",
  "admin 1h OPS-1 fix",
  "emergency admin 1h it burns",
  "shown 1h",
  "end",
  "more 1h",
  "for @mei guest 1h hers",
  "status",
];
const ADMIN_LINES = [
  "revoke all @bob enough",
  "lockdown @bob stolen",
  "unlock @bob found",
  "unlock over",
  "revoke all guest why",
];
const CARD_BUTTONS = ["Approve", "1 h only", "Deny…", "Revoke…"];
const DM_BUTTONS = ["Withdraw", "Remind them", "End now", "I've copied it, hide", "New token", "Ask again"];
const SLACK_FAULTS = [
  { status: 503 },
  { retryAfter: 1 },
  { lost: true },
  { hang: true },
  "fatal_error",
] as const;

export const deed = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("say" as const),
      who: fc.constantFrom(BOB, MEI, CAROL),
      line: fc.constantFrom(...LINES),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("card" as const),
      who: fc.constantFrom(ALICE, CAROL),
      button: fc.constantFrom(...CARD_BUTTONS),
      pick: fc.nat(5),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("dm" as const),
      who: fc.constantFrom(BOB, MEI, CAROL),
      button: fc.constantFrom(...DM_BUTTONS),
      pick: fc.nat(3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("admin" as const), line: fc.constantFrom(...ADMIN_LINES) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("jump" as const),
      ms: fc.constantFrom(SECOND, 15 * SECOND, 600 * SECOND, 3600 * SECOND, 86_400 * SECOND),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("kill" as const), replica: fc.nat(1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("slack" as const),
      fault: fc.constantFrom(...SLACK_FAULTS),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("hub" as const),
      fault: fc.constantFrom(
        "fail" as const,
        "refuse" as const,
        "lose" as const,
        "hang" as const,
        "down" as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("redis" as const) }) },
);
export type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

/** `freeze`: in this sequence one replica is stopped for longer than BullMQ's lock. */
export const sequence = fc.record({
  deeds: fc.array(fc.record({ deed, pause: fc.nat(60) }), { minLength: 6, maxLength: 18 }),
  freeze: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});
export type Sequence = typeof sequence extends fc.Arbitrary<infer T> ? T : never;

export interface Stage {
  world: World;
  scene: Scene;
  replicas: ReplicaProcess[];
}

/** Begins the deed; what cannot be done now, since there is no such card or button, is no fault. */
export async function doDeed({ world, scene, replicas }: Stage, one: Deed): Promise<void> {
  const { slack } = world;
  if (one.kind === "say") await scene.say(one.who, one.line, GENERAL);
  if (one.kind === "admin") await scene.say(ALICE, one.line, GENERAL);
  if (one.kind === "jump") jumpAll(world, replicas, one.ms);
  if (one.kind === "kill") await replicas[one.replica]?.kill();
  if (one.kind === "slack") slack.failNext("*", one.fault, one.times);
  if (one.kind === "hub") await troubleHub(world, one.fault);
  if (one.kind === "redis") world.redis.pause();
  if (one.kind === "card" || one.kind === "dm") await press(world, scene, one);
}

export function jumpAll(world: World, replicas: ReplicaProcess[], ms: number): void {
  world.clock.jump(ms);
  for (const replica of replicas) replica.jump(ms);
}

async function troubleHub(
  { hub }: World,
  fault: "fail" | "refuse" | "lose" | "hang" | "down",
): Promise<void> {
  if (fault === "fail") hub.failNext(2, 500);
  if (fault === "refuse") hub.failNext(2, 403);
  if (fault === "lose") hub.loseNext(2);
  if (fault === "hang") hub.hang(true);
  if (fault === "down") await hub.down();
}

/** All is well again. */
export async function heal({ world, scene, replicas }: Stage): Promise<void> {
  world.redis.resume();
  world.slack.clearFailures();
  world.hub.hang(false);
  await world.hub.up();
  // Faults of the hub that nobody met yet are met now.
  for (let left = 0; left < 10; left++) await scene.login("nobody's").catch(() => {});
  for (const replica of replicas) replica.continue();
}

async function press(
  world: World,
  scene: Scene,
  { kind, who, button, pick }: Extract<Deed, { kind: "card" | "dm" }>,
): Promise<void> {
  const { slack } = world;
  const messages = (kind === "card" ? slack.messages(APPROVALS) : slack.dm(who)).filter((message) =>
    buttonsOf(message).some((label) => label.startsWith(button)),
  );
  const message = messages.at(-1 - (pick % Math.max(1, messages.length)));
  const label = message && buttonsOf(message).find((text) => text.startsWith(button));
  if (!message || !label) return;
  await slack.click(who, message, label, { confirm: true });
  const form = slack.views(who).at(-1);
  if (form && form.type === "modal")
    await slack.submit(who, form.id, button === "New token" ? {} : { [inputOf(form)]: "because" });
  await scene.onHub().catch(() => {});
}
