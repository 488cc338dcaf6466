/** A token leaks: its holder says so, and it works no more before the new one comes. */
import { actionables } from "../../sandbox/slack/read.ts";
import { seenWithin } from "../../sandbox/wait.ts";
import { type PlaygroundContext, recordsOf } from "../context.ts";
import type { Scenario } from "./scenario.ts";

const SEEN_WITHIN = 15_000;

export const leak: Scenario = {
  id: "leak",
  title: { en: "A token leaks", zh: "令牌泄露" },
  about: {
    en: "Whoever got access last says “I leaked it”: the old token stops, and another comes in its place.",
    zh: "最近获得权限的人报告令牌泄露：旧令牌失效，换上新的令牌。",
  },
  not: () => undefined,
  async run(context, tell) {
    const live = (await recordsOf(context)).findLast((r) => r.state === "active" && !r.hidden);
    if (live?.state !== "active")
      return tell(
        "Nobody has a token before them: ask for access, and have it approved.",
        "没有人持有显示中的令牌：请先申请并获批。",
      );
    const who = live.requester.id;
    await reportLeak(context, who, live.messages.token?.ts);
    tell(
      `${context.named(who)} says that the token of ${live.id} leaked. The channel is told.`,
      `${context.named(who)} 报告 ${live.id} 的令牌泄露。审批频道已收到通知。`,
      "bad",
    );
    const renewed = await seenWithin(SEEN_WITHIN, async () =>
      (await recordsOf(context)).some(
        (r) => r.id === live.id && r.state === "active" && r.generation > live.generation,
      ),
    );
    if (renewed)
      tell(
        "The old account lost its binding first; then a new one was made, and its token rang. In 11 s the old one is proved dead.",
        "先移除旧账号的绑定，再创建新账号并送达新令牌。11 秒后证明旧令牌已失效。",
        "good",
      );
    else tell("The new token is not there yet; it is tried on.", "新令牌尚未送达；会继续尝试。", "bad");
  },
};

/** In the menu of the token's message. */
async function reportLeak({ slack }: PlaygroundContext, who: string, ts: string | undefined): Promise<void> {
  const message = slack.dm(who).find((one) => one.ts === ts);
  const options = actionables(message?.blocks).flatMap(
    ({ element }) => (element.options ?? []) as { value: string }[],
  );
  const choice = options.find(({ value }) => value.startsWith("leaked "));
  if (message && choice) await slack.select(who, message, "menu", choice.value, { confirm: true });
}
