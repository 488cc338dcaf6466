/** Slack has little room left for the bot: most calls of a minute are answered 429, with a time to come again. */
import type { PlaygroundContext } from "../context.ts";
import type { Scenario } from "./scenario.ts";

const isBusy = new WeakSet<PlaygroundContext>();

export const slackBusy: Scenario = {
  id: "slack-busy",
  title: "Slack is busy",
  about: "Few calls of each method pass in a minute. What Slack makes wait comes late; nothing is lost.",
  not: () => undefined,
  on: (context) => isBusy.has(context),
  async run(context, tell) {
    const busy = !isBusy.has(context);
    context.slack.busy(busy);
    if (busy) isBusy.add(context);
    else isBusy.delete(context);
    if (!busy) return tell("Slack has room again: what still waits comes when its time is up.", "good");
    tell("Slack lets few calls through. Ask, approve, end: see “ratelimited” behind the scenes.", "bad");
  },
};
