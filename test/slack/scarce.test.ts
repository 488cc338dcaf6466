/** Where Slack has no room for several messages of a request, it is looked at again as soon as there is room for the first. */
import { expect, test } from "vitest";
import { SlackBusy } from "../../src/flow/ports.ts";
import { syncMessages } from "../../src/flow/sync-messages.ts";
import { BOB, GENERAL, openDoor } from "../helpers/listener.ts";

test("of two waits the shorter one is told, and trouble before both", async () => {
  const door = await openDoor();
  const failures: Record<string, Error> = { card: new SlackBusy(60_000), waiting: new SlackBusy(5_000) };
  door.ports.notifier = {
    ...door.ports.notifier,
    post: (_, key) => Promise.reject(failures[key]),
  };
  await door.slack.command(BOB, GENERAL, "guest 1h a look");
  const request = () => door.ports.requests.all().at(-1);
  await expect.poll(() => request()?.state, { interval: 1 }).toBe("pending");
  const id = request()?.id ?? ("" as never);
  await expect(syncMessages(door.ports, id)).rejects.toMatchObject({ retryAfterMs: 5_000 });
  failures.waiting = new Error("trouble");
  await expect(syncMessages(door.ports, id)).rejects.toBe(failures.waiting);
});
