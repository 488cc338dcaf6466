/** The whole bot asks for its turns at Slack as urgently as docs/operations.md says: of one life, every call. */
import { expect, test } from "vitest";
import type { AppDeps } from "../src/app/clients.ts";
import { URGENCIES } from "../src/slack/outbound/limits.ts";
import { ALICE, APPROVALS, BOB, CAROL, startBot, startWorld } from "./helpers/bot.ts";
import { scene } from "./helpers/scene.ts";

/** In the order of the docs; the number of a request is R, the place of a message its channel. */
const CALLS = [
  "chat.delete D0BOB take-off",
  `users.info ${ALICE} show`,
  `users.info ${CAROL} show`,
  `conversations.open ${BOB} show`,
  "R:token show",
  `conversations.info ${APPROVALS} trouble`,
  "chat.postMessage D0BOB R:notice trouble",
  `users.info ${BOB} ask`,
  `conversations.members ${APPROVALS} ask`,
  `chat.postMessage ${APPROVALS} R:card cards`,
  `chat.update ${APPROVALS} R:card cards`,
  `chat.postMessage D0BOB welcome:${BOB} tidying`,
  `conversations.open ${ALICE} tidying`,
  `chat.postMessage D0ALICE welcome:${ALICE} tidying`,
];
/** By how fast the machine is. */
const MAYBE = [
  "usergroups.list ask",
  `conversations.open ${BOB} tidying`,
  "chat.update D0BOB R:notice tidying",
  "usergroups.list show",
  "usergroups.list cards",
  `users.info ${BOB} show`,
  `users.info ${BOB} trouble`,
  `users.info ${ALICE} ask`,
  "chat.postMessage D0BOB R:waiting cards",
  "chat.postMessage D0BOB R:token show",
  "chat.update D0BOB R:waiting tidying",
  "chat.update D0BOB R:token show",
  "chat.update D0BOB R:token take-off",
  "chat.delete D0BOB tidying",
];

test("asked for by somebody new, approved, revoked, proved", async () => {
  await using world = await startWorld();
  const seen = new Set<string>();
  const turns: AppDeps["turns"] = (counted) => ({
    ...counted,
    take(rooms, turn) {
      const what = turn.place.replace(/ \d+\.\d+/, "").replace(/R-\w+/, "R");
      seen.add(`${what} ${URGENCIES[turn.rank]}`);
      return counted.take(rooms, turn);
    },
  });
  const bot = await startBot(world, {}, { turns });
  const it = scene(world);
  await it.get("guest 1h", "for-bob");
  await it.say(ALICE, "revoke @bob leaving");
  await it.channel("Revoked by");
  await it.proveEnd();
  await it.dm(ALICE, "");
  await world.until(async () => CALLS.every((call) => seen.has(call)), 20_000).catch(() => {});
  await bot.stop();
  expect([...seen]).toEqual(expect.arrayContaining(CALLS));
  expect([...seen].filter((call) => ![...CALLS, ...MAYBE].includes(call))).toEqual([]);
});
