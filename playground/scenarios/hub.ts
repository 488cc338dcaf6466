/** The hub goes away and comes back; meanwhile the bot says what it does not know, and keeps trying. */
import { seenWithin } from "../../sandbox/wait.ts";
import { type PlaygroundContext, recordsOf } from "../context.ts";
import { sweepNow } from "./clock.ts";
import type { Scenario } from "./scenario.ts";

const REAL = {
  en: "This hub is real: the playground cannot take it away.",
  zh: "这是真的集群，演练场不能断开它。",
};
const HEALED_WITHIN = 30_000;
const BACK_AFTER = 500;

export const isAway = new WeakSet<PlaygroundContext>();

export const hubAway: Scenario = {
  id: "hub-away",
  title: { en: "Take the hub away", zh: "断开集群" },
  about: {
    en: "It refuses connections until you bring it back. Approve a request or let access end meanwhile.",
    zh: "在你恢复之前它拒绝连接。其间可以批准申请，或让权限到期。",
  },
  not: (context) =>
    context.hub.local
      ? isAway.has(context)
        ? { en: "It is away already.", zh: "已经断开。" }
        : undefined
      : REAL,
  async run(context, tell) {
    isAway.add(context);
    await context.hub.local?.down();
    tell(
      "The hub refuses connections. What needs it now says so, and is tried again and again.",
      "集群拒绝连接。需要它的操作会说明，并不断重试。",
      "bad",
    );
  },
};

export const hubBack: Scenario = {
  id: "hub-back",
  title: { en: "Bring the hub back", zh: "恢复集群" },
  about: {
    en: "What waited for it goes on: provisioning, endings and their proof.",
    zh: "等它的事情继续：开通、结束和证明。",
  },
  not: (context) =>
    context.hub.local ? (isAway.has(context) ? undefined : { en: "It is there.", zh: "它在。" }) : REAL,
  async run(context, tell) {
    const waited = (await waitingForHub(context)).map(({ id }) => id);
    await context.hub.local?.up();
    isAway.delete(context);
    if (waited.length === 0)
      return tell("It is back. Nothing had needed it meanwhile.", "已恢复。其间没有操作需要它。", "good");
    tell(`It is back. ${waited.join(", ")} had to wait for it.`, `已恢复。${waited.join("、")} 在等它。`);
    await context.clock.sleep(BACK_AFTER);
    await sweepNow(context);
    const settled = await seenWithin(HEALED_WITHIN, async () => (await waitingForHub(context)).length === 0);
    if (settled)
      tell(
        `Healed: ${waited.join(", ")} went on where it stood.`,
        `已痊愈：${waited.join("、")} 接着做完。`,
        "good",
      );
    else tell("Still at it; each try and each sweep goes on.", "仍在处理；每次重试和清扫都会继续。", "bad");
  },
};

async function waitingForHub(context: PlaygroundContext) {
  return (await recordsOf(context)).filter((r) => "outage" in r && r.outage);
}
