/** Lists in both languages: they say what is there, keep Slack's limits, and lead on. */
import type { Button } from "@slack/types";
import { describe, expect, test } from "vitest";
import { BY_BREAK_GLASS } from "../../../src/domain/break-glass.ts";
import { HOUR } from "../../../src/domain/duration.ts";
import { AllowanceId } from "../../../src/domain/ids.ts";
import type { AccessRequest } from "../../../src/domain/request.ts";
import { PageValue } from "../../../src/slack/ids.ts";
import { activeReply, type Message, pendingReply, type Waiting } from "../../../src/slack/views/index.ts";
import { buttonsIn, expectSpeech, expectTypography, mrkdwnIn } from "../../helpers/speech.ts";
import { activeOne, alice, bob, NOW, pendingOne, SRE, view } from "../records.ts";

const taken: AccessRequest = {
  ...activeOne,
  emergency: { review: [SRE], reviews: [] },
  decision: { by: "policy", qualified: `${BY_BREAK_GLASS}${SRE}`, at: NOW },
};
const waiting: Waiting[] = [
  { kind: "review", request: taken },
  { kind: "request", request: pendingOne },
  { kind: "request", request: { ...pendingOne, count: 2, reason: "x".repeat(500) } },
  {
    kind: "allowance",
    allowance: {
      id: AllowanceId.parse("A-7K2Q9FXT"),
      version: 1,
      ...{ person: bob, role: "admin", clusterRole: "karpor-admin", duration: HOUR, period: HOUR },
      ...{ reason: "release 2.1", madeAt: NOW, until: NOW + HOUR, count: 2, policy: "" },
      allowedBy: [{ by: alice, qualified: SRE, at: NOW }],
    },
  },
];
const at = { list: "pending" as const, from: 0 };
const words = (message: Message) => mrkdwnIn(message.blocks).join("\n");
const visible = (message: Message) => buttonsIn(message.blocks).map(({ text }) => text.text);
const values = (message: Message, id: string): PageValue[] =>
  buttonsIn(message.blocks)
    .filter(({ action_id }) => action_id === id)
    .map(({ value }: Button) => PageValue.parse(JSON.parse(value ?? "")));

describe.each(["en", "zh"] as const)("in %s", (locale) => {
  test("what waits: nothing, one of each, and very many", () => {
    const many = Array.from({ length: 30 }, (): Waiting => ({ kind: "request", request: pendingOne }));
    for (const items of [[], waiting, many]) {
      const message = pendingReply({ items, total: items.length, at }, view(locale));
      expectSpeech(message);
      expectTypography(message);
    }
  });

  test("what others have: nothing, of a role, of a person, and very many", () => {
    const items = Array.from({ length: 13 }, (_, i) => ({ request: activeOne, place: `${i}` }));
    for (const more of [{}, { role: "admin" }, { person: bob.id }, { role: "admin", person: bob.id }])
      for (const shown of [[], items]) {
        const list = {
          items: shown,
          total: shown.length * 20,
          at: { list: "active" as const, from: 0, ...more },
        };
        const message = activeReply(list, new Set([activeOne.id]), view(locale));
        expectSpeech(message);
        expectTypography(message);
      }
  });
});

test("a request that waits has what decides it, and no button is the first of many", () => {
  const message = pendingReply({ items: waiting, total: 4, at }, view("en"));
  expect(message.text).toBe("4 wait for you: to decide on production, soonest to close first.");
  expect(visible(message).slice(0, 2)).toEqual(["Review…", "Approve 4 h"]);
  expect(visible(message)).toEqual(expect.arrayContaining(["Deny…", "Allow too"]));
  expect(buttonsIn(message.blocks).some(({ style }) => style === "primary")).toBe(false);
  expect(words(message)).toMatch(/Needs 2 approvals.*closes /);
});

test("pages lead on to what was not shown, and back to the first", () => {
  const items = Array.from({ length: 13 }, (_, i) => ({ request: activeOne, place: `${i}` }));
  const page = (from: number) =>
    activeReply({ items, total: 300, at: { list: "active", from, role: "admin" } }, new Set(), view("en"));
  const [next] = values(page(0), "nextPage");
  expect(next).toEqual({ list: "active", role: "admin", from: 12, after: "11" });
  expect(values(page(0), "firstPage")).toEqual([]);
  expect(words(page(0))).toContain("1–12 of 300");
  expect(words(page(12))).toContain("13–24 of 300");
  expect(values(page(12), "firstPage")).toEqual([{ list: "active", role: "admin", from: 0 }]);
  expect(visible(page(0))).toEqual(["Next page"]);
});
