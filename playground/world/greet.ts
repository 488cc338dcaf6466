/** What people had said in the workspace before the visitor came. */
import type { LocalSlack } from "../../local/slack/index.ts";
import { ALICE, APPROVALS, PLATFORM } from "./people.ts";

export function greet(slack: LocalSlack): void {
  slack.say(
    ALICE,
    PLATFORM,
    "Who needs Karpor: type `/karpor-access` here or in the app's DM. No more tokens made by hand.",
  );
  slack.say(ALICE, APPROVALS, "Requests arrive here. Any of @sre may decide, but never one's own.");
}
