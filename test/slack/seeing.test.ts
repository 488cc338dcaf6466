/** What is waiting for whom, and what others have: by the flows that the lists and the Home tab read. */
import { expect, test } from "vitest";

import type { UserId } from "../../src/domain/ids.ts";
import { activeGrants } from "../../src/flow/all-active.ts";
import { openRequests } from "../../src/flow/status.ts";
import { waitingFor } from "../../src/flow/waiting-for.ts";
import {
  ALICE,
  BOB,
  CAROL,
  type Door,
  GENERAL,
  MEI,
  openDoor,
  ROOT,
  role,
  usual,
} from "../helpers/listener.ts";

const ask = async (door: Door, user: string, line: string) => {
  await door.slack.command(user, GENERAL, line);
  await expect.poll(() => door.ports.requests.all().at(-1)?.state).not.toBe("requested");
};
const waits = async ({ ports }: Door, user: string) => {
  const { requests, reviews, allowances } = await waitingFor(ports, user as UserId);
  return [requests, reviews, allowances].map((all) => all.length);
};

test("what waits for a person: not their own, not what they approved already, and nothing for those who approve nothing", async () => {
  const roles = { ...usual, pair: role({ approval: { by: ["S0SRE"], within: "4h", count: 2 } }) };
  const door = await openDoor({ roles });
  await ask(door, BOB, "guest 1h a");
  await ask(door, ALICE, "guest 1h b");
  await ask(door, BOB, "pair 1h c");
  expect(await waits(door, ALICE)).toEqual([2, 0, 0]);
  expect(await waits(door, CAROL)).toEqual([3, 0, 0]);
  expect(await waits(door, MEI)).toEqual([0, 0, 0]);
  expect(await waits(door, ROOT)).toEqual([0, 0, 0]);
  await door.work();
  await door.slack.click(ALICE, await door.card("*pair*"), "approve");
  await expect.poll(() => waits(door, ALICE)).toEqual([1, 0, 0]);
  expect(await waits(door, CAROL)).toEqual([3, 0, 0]);
});

test("an emergency waits for its reviewers, and stands in its taker's status until it is reviewed", async () => {
  const door = await openDoor();
  await ask(door, BOB, "emergency admin 10m all is down");
  expect(await waits(door, ALICE)).toEqual([0, 1, 0]);
  expect(await waits(door, ROOT)).toEqual([0, 1, 0]);
  expect(await waits(door, BOB)).toEqual([0, 0, 0]);
  expect(await openRequests(door.ports, BOB as UserId)).toHaveLength(1);
});

test("what others have: approvers see their roles, administrators all, others nothing", async () => {
  const roles = { ...usual, mine: role({ approval: { by: [CAROL], within: "4h" } }) };
  const door = await openDoor({ roles });
  await door.grant(BOB, "guest 1h a");
  await door.grant(MEI, "peek");
  const { id } = await door.ask(BOB, "mine 1h b");
  await door.slack.click(CAROL, await door.card(id), "approve");
  await door.until(id, "active");
  const seen = async (by: string, more: object = {}) => {
    const { shown, endable, total } = await activeGrants(door.ports, {
      by: by as UserId,
      count: 10,
      ...more,
    });
    return { roles: shown.map(({ request }) => request.role).sort(), endable: endable.size, total };
  };
  expect(await seen(ROOT)).toEqual({ roles: ["guest", "mine", "peek"], endable: 3, total: 3 });
  expect(await seen(CAROL)).toEqual({ roles: ["guest", "mine"], endable: 2, total: 2 });
  expect(await seen(ALICE)).toEqual({ roles: ["guest"], endable: 1, total: 1 });
  expect(await seen(ALICE, { person: BOB })).toEqual({ roles: ["guest"], endable: 1, total: 1 });
  expect(await seen(ROOT, { role: "peek" })).toEqual({ roles: ["peek"], endable: 1, total: 1 });
  await expect(seen(ALICE, { role: "mine" })).rejects.toMatchObject({ refusal: { kind: "may-not-see" } });
  await expect(seen(MEI)).rejects.toMatchObject({ refusal: { kind: "may-not-see" } });
});
