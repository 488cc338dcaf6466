/** What is said of the newest seal: whole, within Slack's limits, in both languages, with the line that verifies it. */
import { expect, test } from "vitest";
import { visibleText } from "../../../sandbox/slack/index.ts";
import { MINUTE } from "../../../src/domain/duration.ts";
import { checkpointMessage } from "../../../src/slack/views/index.ts";
import { expectSpeech, expectTypography } from "../../helpers/speech.ts";
import { NOW, view } from "../records.ts";

const seal = { seal: 123_456, hash: "ab".repeat(32), at: NOW - MINUTE };

test.each(["en", "zh"] as const)("in %s", (locale) => {
  const message = checkpointMessage(seal, view(locale));
  expectSpeech(message);
  if (locale === "zh") expectTypography(message);
  expect(message.text).toContain("123456");
  expect(visibleText(message as never)).toContain(
    `npm run audit -- verify --live --head 123456:${seal.hash}`,
  );
});
