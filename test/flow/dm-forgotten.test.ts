/** A post that may have been made in a DM that nobody remembers: Slack is asked once for both, for a second time has to wait. */
import { expect, test } from "vitest";
import { SECOND } from "../../src/domain/duration.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import { BOB, startWorld } from "../helpers/bot.ts";
import { openSteps } from "../helpers/steps.ts";

test("one try looks for it and posts it", async () => {
  await using world = await startWorld();
  await using steps = await openSteps(world);
  const { ports } = steps;
  const requester = { id: BOB as UserId, name: "bob", locale: "en" } as const;
  const { id } = await makeRequest(ports, { requester, text: "guest 1h a look", triggerId: "t" });
  world.slack.say(BOB, "dm", "are you there?");
  await validateRequester(ports, id);
  // Its post is on record, and whether it was made is not known.
  const unanswered = { posts: 1, at: world.clock.now() };
  await ports.requests.update(id, (r) => ({
    ...r,
    messages: { waiting: { channel: "", ts: "", shows: "pending", revision: r.revision, unanswered } },
  }));
  world.clock.jump(10 * SECOND);
  await steps.work();
  expect(world.slack.dm(BOB).map(({ text }) => text)).toEqual([
    "are you there?",
    expect.stringContaining("Waiting for approval"),
  ]);
  expect(world.slack.calls.filter(({ method }) => method === "conversations.open")).toHaveLength(1);
});
