/** The view in which a token is seen: every form of it, in both languages. */
import { describe, expect, test } from "vitest";
import { visibleText } from "../../../sandbox/slack/read.ts";
import type { Block } from "../../../sandbox/slack/types.ts";
import { HOUR } from "../../../src/domain/duration.ts";
import { Locale } from "../../../src/domain/person.ts";
import type { AccessRequest } from "../../../src/domain/request.ts";
import {
  coveredModal,
  makingModal,
  noTokenModal,
  refusedReply,
  tokenModal,
} from "../../../src/slack/views/index.ts";
import { expectModal, expectTypography } from "../../helpers/speech.ts";
import { ID, NOW, records, view } from "../records.ts";

const live = records.find((r) => r.delivery === "reveal" && r.state === "active") as AccessRequest;
const over = { ...live, state: "ending", end: { cause: "expired", at: NOW } } as AccessRequest;
const seen = ({ blocks }: { blocks: unknown[] }) => visibleText({ text: "", blocks: blocks as Block[] });

describe.each(Locale.options)("in %s", (locale) => {
  const ctx = view(locale);
  const token = `eyJ.${"a".repeat(1_100)}.sig`;

  test("it speaks as all else does, and the token stands alone in one block", () => {
    const shown = tokenModal(live, { token, expiresAt: NOW + HOUR }, ctx);
    const all = [
      makingModal(ctx),
      shown,
      coveredModal(live, 1, ctx),
      coveredModal({ ...live, generation: 2 }, 1, ctx),
      coveredModal(over, 1, ctx),
      noTokenModal(refusedReply({ kind: "hub-away", id: ID }, ctx), ctx),
    ];
    for (const modal of all) {
      expectModal(modal);
      expectTypography({ text: "", blocks: modal.blocks as never });
      expect(modal.submit).toBeUndefined();
    }
    expect(new Set(all.map(seen)).size).toBe(all.length);
    expect(JSON.stringify(shown).split(token).length).toBe(2);
    expect(shown.blocks.find((one) => one.type === "rich_text")).toMatchObject({
      elements: [{ type: "rich_text_preformatted", elements: [{ type: "text", text: token }] }],
    });
  });
});

test("it works until the token ends, and no longer than the access does", () => {
  const at = (expiresAt: number) =>
    /date\^(\d+)/.exec(JSON.stringify(tokenModal(live, { token: "t", expiresAt }, view("en"))))?.[1];
  expect(at(NOW + HOUR)).toBe(String(Math.floor((NOW + HOUR) / 1000)));
  expect(at(NOW + 9 * HOUR)).toBe(String(Math.floor((NOW + 4 * HOUR) / 1000)));
});
