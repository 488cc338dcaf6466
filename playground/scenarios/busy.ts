/** Slack has little room left for the bot: most calls of a minute are answered 429, with a time to come again. */
import type { Clock } from "../../src/domain/clock.ts";
import type { PlaygroundContext } from "../context.ts";
import type { Scenario } from "./scenario.ts";

/** A tenth of what Slack's tiers allow: as if the rest had been used already. */
const LEFT_A_MINUTE: Record<string, number> = {
  "chat.postMessage": 6,
  "chat.postEphemeral": 6,
  "chat.update": 4,
  "chat.delete": 4,
  "conversations.open": 4,
  "usergroups.list": 2,
  "usergroups.users.list": 2,
  "users.info": 10,
};
const MINUTE_MS = 60_000;

const busy = new WeakSet<PlaygroundContext>();

export const slackBusy: Scenario = {
  id: "slack-busy",
  title: { en: "Slack is busy", zh: "Slack 繁忙" },
  about: {
    en: "A tenth of what Slack allows is left. What it makes wait comes late; nothing is lost.",
    zh: "只剩 Slack 限额的十分之一。要等的会晚到，什么也不会丢。",
  },
  not: () => undefined,
  on: (context) => busy.has(context),
  async run(context, tell) {
    if (busy.delete(context)) {
      context.slack.meddle(undefined);
      return tell(
        "Slack has room again: what still waits comes when its time is up.",
        "Slack 又有余量了：还在等的到时会来。",
        "good",
      );
    }
    busy.add(context);
    context.slack.meddle({ before: limiter(context.clock), after: async () => true });
    tell(
      "Slack lets few calls through. Ask, approve, end: see “ratelimited” behind the scenes.",
      "Slack 只放行少量调用。请申请、批准、结束，并在幕后看“ratelimited”。",
      "bad",
    );
  },
};

function limiter(clock: Clock) {
  const taken = new Map<string, number[]>();
  return async ({ method }: { method: string }) => {
    const now = clock.now();
    const recent = (taken.get(method) ?? []).filter((at) => now - at < MINUTE_MS);
    const [oldest = now] = recent;
    const most = LEFT_A_MINUTE[method] ?? Number.POSITIVE_INFINITY;
    if (recent.length >= most)
      return { retryAfter: Math.max(1, Math.ceil((oldest + MINUTE_MS - now) / 1000)) };
    taken.set(method, [...recent, now]);
    return undefined;
  };
}
