/** Who leaves while it is not known whether a message reached them: Slack opens no DM, neither to look for it nor to post it. */
import { expect, test } from "vitest";
import { SECOND } from "../../src/domain/duration.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { isSettled } from "../../src/domain/messages.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import { MEI, startWorld } from "../helpers/bot.ts";
import { openSteps } from "../helpers/steps.ts";

test("is asked once, and then nothing is left to do", async () => {
  await using world = await startWorld();
  await using steps = await openSteps(world);
  const { ports } = steps;
  const requester = { id: MEI as UserId, name: "mei", locale: "zh" } as const;
  const { id } = await makeRequest(ports, { requester, text: "guest 1h a look", triggerId: "t" });
  await world.slack.people.deactivate(MEI);
  await validateRequester(ports, id);
  // Its post is on record, and whether it was made is not known.
  const at = world.clock.now();
  await ports.requests.update(id, (r) => ({
    ...r,
    messages: {
      notice: { channel: "", ts: "", shows: "refused", revision: r.revision, unanswered: { posts: 1, at } },
    },
  }));
  world.clock.jump(10 * SECOND);
  await steps.work();
  const record = await ports.requests.get(id);
  expect(record?.messages.notice?.refused?.code).toBe("user_disabled");
  expect(record && isSettled(record)).toBe(true);
  expect(world.slack.calls.filter(({ method }) => method === "conversations.open")).toHaveLength(1);
});
