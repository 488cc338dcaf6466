/** History and stories in both languages: every step the trail can tell of, whatever stands in its words. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TriedStep } from "../../../src/domain/attempt.ts";
import { transition } from "../../../src/domain/audit.ts";
import { BY_BREAK_GLASS } from "../../../src/domain/break-glass.ts";
import { DAY, HOUR } from "../../../src/domain/duration.ts";
import type { AccessRequest } from "../../../src/domain/request.ts";
import { TrailStep } from "../../../src/domain/step.ts";
import { storyOf } from "../../../src/domain/story.ts";
import { historyReply, storyItems, storyReply } from "../../../src/slack/views/index.ts";
import { expectSpeech, expectTypography, mrkdwnIn } from "../../helpers/speech.ts";
import { bob, NOW, records, SRE, view } from "../records.ts";

/** As it is read from the trail. */
const read = (value: unknown) => TrailStep.parse(JSON.parse(JSON.stringify(value)));
const step = (over: object): TrailStep =>
  read({ ...transition(null, records[0] as AccessRequest, NOW), from: "x", ...over });
const ALL: TrailStep[] = [
  ...records.flatMap((r) => transition(null, r, NOW) ?? []).map(read),
  step({ to: "requested", from: null, askedBy: bob.id }),
  step({ to: "requested", from: null, who: bob.id, extends: "R-7K2Q9FXT" }),
  step({ to: "refused", who: "policy", why: "rule-denies", qualified: "rule: <freeze>" }),
  step({ to: "approved", who: "policy", qualified: "rule: <short>" }),
  step({ to: "approved", who: "policy", qualified: "policy" }),
  step({ to: "approved", who: "policy", qualified: `${BY_BREAK_GLASS}${SRE}` }),
  step({ to: "approved", who: "U0A", qualified: "allowed A-7K2Q9FXT: U0A via S0SRE" }),
  step({
    to: "approved",
    who: "U0A",
    qualified: SRE,
    asked: { role: "admin", duration: 8 * HOUR },
    approvals: ["U0A", "U0B"].map((who) => ({ who, qualified: SRE, at: NOW, note: "<be quick>" })),
  }),
  ...["expired", "released", "revoked: <leaving>", "failed: hub-refuses", "lost", "other"].map((why) =>
    step({ to: "ending", who: why === "expired" ? "time" : "U0A", why, qualified: SRE }),
  ),
  ...["probe", "absence", "expiry"].map((method) =>
    step({ to: "ended", who: "bot", verification: { method, deletedAt: NOW, at: NOW } }),
  ),
  step({ to: "ending", who: "operator <dana>", why: "revoked: <stolen>" }),
  step({
    to: "ended",
    who: "operator <dana>",
    why: "<it is gone>",
    verification: { method: "abandoned", deletedAt: NOW, at: NOW },
  }),
  ...["requested", "pending"].map((from) => step({ from, to: "timedOut", who: "time" })),
  step({ from: "pending", to: "pending", who: "U0A", why: "approved, 1 of 2; <ok>" }),
  step({ from: "active", to: "approved", who: bob.id, why: "the token of generation 1 leaked" }),
  step({ from: "active", to: "frozen", who: "bot" }),
];
const TRIED: TriedStep[] = ["approve", "deny", "review", "revoke", "<another>"].flatMap((attempt) =>
  ["own-request", "own-emergency", "not-approver", "not-reviewer", "not-served", "<other>"].map((why, i) => ({
    ...{ attempt, why, id: (records[0] as AccessRequest).id, at: NOW, who: bob.id },
    ...(i === 0 ? { full: true as const } : {}),
  })),
);
const at = { list: "story" as const, from: 0 };
const words = (steps: TrailStep[], locale: "en" | "zh") =>
  mrkdwnIn(
    storyReply({ items: storyItems(steps, undefined), total: steps.length, at }, steps, view(locale)).blocks,
  );

describe.each(["en", "zh"] as const)("in %s", (locale) => {
  test("every step is told", () => {
    for (const one of ALL) {
      const message = storyReply({ items: [{ step: one }], total: 1, at }, [one], view(locale));
      expectSpeech(message);
      expectTypography(message);
      expect(mrkdwnIn(message.blocks).join()).not.toMatch(/undefined|null/);
    }
  });

  test("what others tried and may not is told among the steps", () => {
    const [one] = ALL;
    if (!one) throw new Error("no step");
    const said = [...TRIED].map((tried) => {
      const message = storyReply({ items: [{ step: tried }], total: 2, at }, [one], view(locale));
      expectSpeech(message);
      expectTypography(message);
      return mrkdwnIn(message.blocks).join();
    });
    expect(said.join()).not.toMatch(/undefined|null/);
    expect(new Set(said).size).toBe(TRIED.length);
  });

  test("a long story, and the lists of none, some and many", () => {
    expectSpeech(storyReply({ items: storyItems(ALL, undefined), total: ALL.length, at }, ALL, view(locale)));
    const stories = ALL.flatMap((one) => storyOf([one]) ?? []);
    for (const items of [[], stories.slice(0, 2), [...stories, ...stories]])
      for (const total of [items.length, null])
        for (const person of [bob.id, "U0ELSE"]) {
          const list = { items: items.map((story, next) => ({ story, next })), total, at };
          const message = historyReply(
            list,
            { person, since: NOW - 30 * DAY },
            { ...view(locale), reader: bob.id },
          );
          expectSpeech(message);
          expectTypography(message);
        }
  });

  test("whatever people wrote harms nothing", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...ALL), (text, one) => {
        // Whoever wrote it may have made it bold: that harms nobody.
        const why = text.replaceAll("*", "");
        const steps = [{ ...one, why, reason: text }];
        expectSpeech(storyReply({ items: storyItems(steps, undefined), total: 1, at }, steps, view(locale)));
      }),
      { numRuns: 200 },
    );
  });
});

test("who approved for less, and why, in whose words", () => {
  const [line = ""] = words(
    ALL.filter(({ approvals }) => approvals[0]?.who === "U0A"),
    "en",
  ).filter((one) => one.includes("approved"));
  expect(line).toMatch(
    /approved by <@U0A> and <@U0B> \(through <!subteam\^S0SRE>\), for less than asked: `admin`, 8 h became `admin`, 4 h: &lt;be quick&gt;; &lt;be quick&gt;$/,
  );
});

test("what closed before anybody was asked is not told as if nobody decided", () => {
  const closed = (from: string) => words([step({ from, to: "timedOut", who: "time" })], "en").join();
  expect(closed("requested")).toContain("closed, it could not be checked in time");
  expect(closed("pending")).toContain("closed, nobody decided");
});

test("a new token is not told as an approval", () => {
  const given = ALL.find(({ to, from }) => to === "approved" && from === "x");
  const renewal = ALL.find(({ to, from }) => to === "approved" && from === "active");
  if (!given || !renewal) throw new Error("no step");
  expect(words([renewal], "en").join()).toContain(
    "a new token is made, by <@U0BOB>: the token of generation 1 leaked",
  );
  expect(storyOf([given, renewal])?.approval).toEqual(given);
});
