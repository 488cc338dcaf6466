/** `history [@person] [30d]`, in either order: what one asked for, or for approvers and administrators what somebody did. */
import { DAY } from "../../../domain/duration.ts";
import { Refused } from "../../../domain/refusal.ts";
import { wholeTime } from "../../../domain/typed-time.ts";
import { historyPage } from "../pages/history.ts";
import { besideMention } from "../typed.ts";
import type { Command } from "./index.ts";

const USUAL_MS = 30 * DAY;

export const historyCommand: Command = {
  first: () => false,
  run(context, { user, rest }) {
    const { person = user, rest: text } = besideMention(rest);
    const since = Math.max(0, context.ports.clock.now() - periodIn(text));
    return historyPage(context, user, { list: "history", from: 0, person, since });
  },
};

/** Throws Refused(bad-duration, unknown-filter). */
function periodIn(text: string): number {
  if (text === "") return USUAL_MS;
  const time = wholeTime(text);
  if ("ms" in time) return time.ms;
  const word = text.slice(0, 80);
  if (/^\p{N}/u.test(text) || typeof time.meant === "number")
    throw new Refused({ kind: "bad-duration", text: word });
  throw new Refused({ kind: "unknown-filter", word, command: "history" });
}
