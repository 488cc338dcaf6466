/** The page writes Slack's dates as the reader's own Slack does, each kind that the bot sends. */
import { expect, it } from "vitest";
import { slackDate } from "../../playground/page/view/dates.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";

const now = Date.UTC(2026, 10, 27, 12);
const alice = { locale: "en-GB", tz: "UTC", zh: false, now };
const lin = { locale: "zh-CN", tz: "Asia/Shanghai", zh: true, now };
const ago = (reader: typeof alice, ms: number) => slackDate(reader, (now - ms) / SECOND, "{ago}");

it("says how long ago it was", () => {
  expect([5 * SECOND, 90 * SECOND, 3 * HOUR, 2 * DAY].map((ms) => ago(alice, ms))).toEqual([
    ...["5 seconds ago", "1 minute ago", "3 hours ago", "2 days ago"],
  ]);
  expect(ago(lin, 10 * MINUTE)).toBe("10分钟前");
});
