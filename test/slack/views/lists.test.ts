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

test("pages lead on to what was not shown, and back, one by one and to the first", () => {
  const items = Array.from({ length: 13 }, (_, i) => ({ request: activeOne, place: `${i}` }));
  const page = (at: object) => activeReply({ items, total: 300, at: at as PageValue }, new Set(), view("en"));
  const first = { list: "active", role: "admin", from: 0 };
  expect(words(page(first))).toContain("1–12 of 300");
  expect(visible(page(first))).toEqual(["Next page"]);
  const [second = {}] = values(page(first), "nextPage");
  expect(second).toEqual({ ...first, from: 12, after: "11", back: [{ from: 0 }] });
  expect(words(page(second))).toContain("13–24 of 300");
  expect(visible(page(second))).toEqual(["Previous page", "Next page"]);
  expect(values(page(second), "previousPage")).toEqual([{ ...first, back: [] }]);
  const [third = {}] = values(page(second), "nextPage");
  expect(visible(page(third))).toEqual(["First page", "Previous page", "Next page"]);
  expect(values(page(third), "previousPage")).toEqual([second]);
  expect(values(page(third), "firstPage")).toEqual([first]);
});

test("however far on, a page's buttons fit, and lead back", () => {
  const items = Array.from({ length: 13 }, () => ({ request: activeOne, place: "p".repeat(40) }));
  let at: PageValue = { list: "active", from: 0, role: "r".repeat(30), person: activeOne.requester.id };
  for (let pages = 0; pages < 60; pages++) {
    const reply = activeReply({ items, total: null, at }, new Set(), view("en"));
    for (const { value = "" } of buttonsIn(reply.blocks)) expect(value.length).toBeLessThanOrEqual(2_000);
    const [next] = values(reply, "nextPage");
    at = PageValue.parse(next);
  }
  for (let back = 0; at.from > 0; back++) {
    expect(back).toBeLessThanOrEqual(21);
    const reply = activeReply({ items, total: null, at }, new Set(), view("en"));
    at = PageValue.parse(values(reply, "previousPage")[0]);
  }
});
