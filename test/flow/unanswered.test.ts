/** It is not known whether a message reached somebody: it is looked for before it is posted again. */
import { expect, test } from "vitest";
import { SECOND } from "../../src/domain/duration.ts";
import type { UserId } from "../../src/domain/ids.ts";
import type { MessageKey } from "../../src/domain/message-key.ts";
import { isSettled } from "../../src/domain/messages.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import { BOB, MEI, startWorld, type World } from "../helpers/bot.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

interface Asked {
  requester: { id: UserId; name: string; locale: "en" | "zh" };
  /** Before whoever asked is looked up. */
  first(): unknown;
  message: { key: MessageKey; shows: string };
}

/** Resolves to the record once one try was made. */
async function triedOnce(world: World, { ports, work }: Steps, { requester, first, message }: Asked) {
  const { id } = await makeRequest(ports, { requester, text: "guest 1h a look", triggerId: "t" });
  await first();
  await validateRequester(ports, id);
  const unanswered = { posts: 1, at: world.clock.now() };
  const { key, shows } = message;
  await ports.requests.update(id, (r) => ({
    ...r,
    messages: { [key]: { channel: "", ts: "", shows, revision: r.revision, unanswered } },
  }));
  world.clock.jump(10 * SECOND);
  await work();
  return ports.requests.get(id);
}

const openings = ({ slack }: World) => slack.calls.filter(({ method }) => method === "conversations.open");

test("who left meanwhile, so that Slack opens no DM, is asked for once, and then nothing is left to do", async () => {
  await using world = await startWorld();
  await using steps = await openSteps(world);
  const record = await triedOnce(world, steps, {
    requester: { id: MEI as UserId, name: "mei", locale: "zh" },
    first: () => world.slack.people.deactivate(MEI),
    message: { key: "notice", shows: "refused" },
  });
  expect(record?.messages.notice?.refused?.code).toBe("user_disabled");
  expect(record && isSettled(record)).toBe(true);
  expect(openings(world)).toHaveLength(1);
});

test("in a DM that nobody remembers it is looked for and posted at one opening: for a second one has to wait", async () => {
  await using world = await startWorld();
  await using steps = await openSteps(world);
  await triedOnce(world, steps, {
    requester: { id: BOB as UserId, name: "bob", locale: "en" },
    first: () => world.slack.say(BOB, "dm", "are you there?"),
    message: { key: "waiting", shows: "pending" },
  });
  expect(world.slack.dm(BOB).map(({ text }) => text)).toEqual([
    "are you there?",
    expect.stringContaining("Waiting for approval"),
  ]);
  expect(openings(world)).toHaveLength(1);
});
