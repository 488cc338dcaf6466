/** Two approvers press Approve in the same moment: one decision counts, and the other is told whose. */
import { visibleText } from "../../sandbox/slack/index.ts";
import { seenWithin } from "../../sandbox/wait.ts";
import { type PlaygroundContext, recordsOf } from "../context.ts";
import { isPlaygroundObject } from "../fixtures/ours.ts";
import { here } from "../fixtures/people.ts";
import { slackDate } from "../page/view/dates.ts";
import { pendingRequest } from "./provoke.ts";
import type { Scenario } from "./scenario.ts";

const SETTLED_WITHIN = 10_000;

export const twice: Scenario = {
  id: "twice",
  title: { en: "Press Approve twice at once", zh: "同时按两次批准" },
  about: {
    en: "Two approvers click the same card in the same moment. If nothing waits, somebody asks first.",
    zh: "两位审批人在同一刻点击同一张卡片。若没有等待中的申请，先有人申请。",
  },
  not: () => undefined,
  async run(context, tell) {
    const { request, card, approvers } = await pendingRequest(context);
    const [one = "", two = one] = approvers;
    const heard = new Map([one, two].map((id) => [id, context.slack.ephemerals(id).length]));
    await Promise.all([one, two].map((id) => context.slack.click(id, card, "approve")));
    const pressed = one === two ? `${context.named(one)} pressed twice` : "Both pressed";
    tell(`${pressed} in the same moment on ${request.id}.`, `${request.id} 在同一刻被按了两次。`, "bad");
    const told = await seenWithin(SETTLED_WITHIN, () => lateAnswer(context, heard));
    const record = await seenWithin(SETTLED_WITHIN, async () => {
      const found = (await recordsOf(context)).find(({ id }) => id === request.id);
      return found && found.state !== "pending" ? found : undefined;
    });
    const by =
      record && "decision" in record && record.decision.by !== "policy" ? record.decision.by.name : "";
    const count = await seenWithin(
      SETTLED_WITHIN,
      async () => (await objectsOf(context, request.id)) || undefined,
    );
    tell(
      `One decision: ${by}'s. ${told ? `${told.who} alone was told: “${told.words}” ` : ""}` +
        `On the hub: ${count ?? 0} account, ${count ?? 0} binding.`,
      `只有一个决定：${by} 的。${told ? `只有 ${told.who} 被告知：“${told.words}”` : ""}` +
        `集群上：${count ?? 0} 个账号，${count ?? 0} 个绑定。`,
      "good",
    );
  },
};

function lateAnswer(context: PlaygroundContext, heard: Map<string, number>) {
  for (const [id, before] of heard) {
    const answer = context.slack.ephemerals(id).slice(before).at(-1);
    const [words = ""] = answer ? visibleText(answer).split("\n") : [];
    if (answer) return { who: context.named(id), words: plain(context, words) };
  }
  return undefined;
}

// A line of ours is no Slack message: ids and marks become words.
const plain = (context: PlaygroundContext, words: string): string =>
  words
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id: string) => context.named(id))
    .replace(/<!date\^(\d+)\^([^|^>]*)[^>]*>/g, (_, at: string, shape: string) =>
      slackDate({ locale: "en-GB", tz: here, zh: false, now: context.clock.now() }, Number(at), shape),
    )
    .replaceAll("*", "");

async function objectsOf({ hub }: PlaygroundContext, id: string): Promise<number> {
  const ours = (await hub.objects()).filter(isPlaygroundObject);
  const mine = ours.filter(({ metadata }) => metadata.labels?.["karpor-access.io/request"] === id);
  return mine.filter(({ kind }) => kind === "ServiceAccount").length;
}
