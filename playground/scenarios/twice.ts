/** Two approvers press Approve in the same moment: one decision counts, and the other is told whose. */
import { visibleText } from "../../sandbox/slack/index.ts";
import { recordsOf, type Stage } from "../context.ts";
import { isOurs } from "../fixtures/ours.ts";
import { here } from "../fixtures/people.ts";
import { slackDate } from "../page/view/dates.ts";
import { pendingRequest } from "./provoke.ts";
import { type Act, seen } from "./scenario.ts";

const SETTLED_WITHIN = 10_000;

export const twice: Act = {
  id: "twice",
  title: "Press Approve twice at once",
  about: "Two approvers click the same card in the same moment. If nothing waits, somebody asks first.",
  not: () => undefined,
  async run(stage, tell) {
    const { request, card, approvers } = await pendingRequest(stage);
    const [one = "", two = one] = approvers;
    const heard = new Map([one, two].map((id) => [id, stage.slack.ephemerals(id).length]));
    await Promise.all([one, two].map((id) => stage.slack.click(id, card, "Approve")));
    const pressed = one === two ? `${stage.named(one)} pressed twice` : "Both pressed";
    tell(`${pressed} in the same moment on ${request.id}.`, "bad");
    const told = await seen(() => lateAnswer(stage, heard), SETTLED_WITHIN);
    const record = await seen(async () => {
      const found = (await recordsOf(stage)).find(({ id }) => id === request.id);
      return found && found.state !== "pending" ? found : undefined;
    }, SETTLED_WITHIN);
    const by =
      record && "decision" in record && record.decision.by !== "policy" ? record.decision.by.name : "";
    const count = await seen(async () => (await objectsOf(stage, request.id)) || undefined, SETTLED_WITHIN);
    tell(
      `One decision: ${by}'s. ${told ? `${told.who} alone was told: “${told.words}” ` : ""}` +
        `On the hub: ${count ?? 0} account, ${count ?? 0} binding.`,
      "good",
    );
  },
};

function lateAnswer(stage: Stage, heard: Map<string, number>) {
  for (const [id, before] of heard) {
    const answer = stage.slack.ephemerals(id).slice(before).at(-1);
    const [words = ""] = answer ? visibleText(answer).split("\n") : [];
    if (answer) return { who: stage.named(id), words: plain(stage, words) };
  }
  return undefined;
}

// A line of ours is no Slack message: ids and marks become words.
const plain = (stage: Stage, words: string): string =>
  words
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (_, id: string) => stage.named(id))
    .replace(/<!date\^(\d+)\^([^|^>]*)[^>]*>/g, (_, at: string, shape: string) =>
      slackDate({ locale: "en-GB", tz: here, zh: false, now: stage.clock.now() }, Number(at), shape),
    )
    .replaceAll("*", "");

async function objectsOf({ hub }: Stage, id: string): Promise<number> {
  const ours = (await hub.objects()).filter(isOurs);
  const mine = ours.filter(({ metadata }) => metadata.labels?.["karpor-access.io/request"] === id);
  return mine.filter(({ kind }) => kind === "ServiceAccount").length;
}
