/** However much there is, what is said of it is no longer than Slack takes, and says that there is more. */
import { expect, test } from "vitest";
import { visibleText } from "../../sandbox/slack/index.ts";
import { DAY, HOUR, MINUTE } from "../../src/domain/duration.ts";
import { NO_USE } from "../../src/domain/use.ts";
import type { Evidence } from "../../src/flow/ports.ts";
import { BOB, type Door, GENERAL, openDoor, ROOT, role, usual } from "../helpers/listener.ts";
import { firstOf } from "../helpers/press.ts";
import { activeOne } from "./records.ts";

const MANY = 120;
const names = Array.from({ length: MANY }, (_, i) => `search-rules-of-team-${String(i).padStart(3, "0")}`);
const roles = { ...usual, ...Object.fromEntries(names.map((name) => [name, role({})])) };

/** One live grant of each of those roles. */
const holdAll = ({ ports, clock }: Door, holder: string) =>
  Promise.all(
    names.map((name, i) =>
      ports.requests.adopt({
        ...activeOne,
        id: `R-7K2Q${String(i).padStart(4, "0")}` as never,
        role: name,
        requester: { ...activeOne.requester, id: holder as never },
        expiresAt: clock.now() + DAY,
      }),
    ),
  );

test("a lockdown says what it would end, of however many roles", async () => {
  const door = await openDoor({ roles });
  await holdAll(door, BOB);
  await door.slack.command(ROOT, GENERAL, "lockdown --drill");
  expect(visibleText(await door.whisper(ROOT, "Drill, nothing was changed"))).toContain(
    "and 110 other roles",
  );
  await door.slack.command(ROOT, GENERAL, "lockdown");
  await door.modal(ROOT, "120 grants of 1 person");
});

test("whoever holds much can ask for more: the card names some of it", async () => {
  const door = await openDoor({ roles });
  await holdAll(door, BOB);
  const { id } = await door.ask(BOB, "guest 2h a look");
  expect(visibleText(await door.card(id))).toContain("and 115 more");
});

test("whoever ends one of many stays on the page where it stood", async () => {
  const door = await openDoor({ roles });
  await holdAll(door, BOB);
  await door.slack.command(BOB, GENERAL, "status");
  const list = await door.whisper(BOB, "120 open:");
  const place = () => /(\d+)–\d+ of (\d+)/.exec(visibleText(list))?.slice(1).map(Number);
  await door.slack.click(BOB, list, "Next page");
  await door.slack.waitFor(() => place()?.[0] !== 1);
  const [second] = place() ?? [];
  await door.slack.click(BOB, list, firstOf(list, "release"), { confirm: true });
  await door.slack.waitFor(() => place()?.[1] === 119);
  expect(place()?.[0]).toBe(second);
});

test("a hub that was often silent: in a list its silences are counted", async () => {
  const door = await openDoor();
  const gaps = Array.from({ length: 60 }, (_, i) => ({ from: i * HOUR, to: i * HOUR + 10 * MINUTE }));
  await door.grant();
  const begun = door.clock.now();
  door.clock.jump(61 * HOUR);
  const evidence: Pick<Evidence, "uses" | "coverage"> = {
    uses: async (ids) => ids.map(() => NO_USE),
    coverage: async () => ({
      heard: door.clock.now(),
      sent: door.clock.now(),
      gaps: gaps.map(({ from, to }) => ({ from: begun + from, to: begun + to })),
    }),
  };
  door.ports.evidence = evidence as Evidence;
  await door.slack.command(BOB, GENERAL, "status");
  expect(visibleText(await door.whisper(BOB, "1 open:"))).toContain("not complete 60 times, from");
});
