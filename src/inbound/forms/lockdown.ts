/** Forms that lock everybody or one person out, and let them in again. */
import type { KnownBlock } from "@slack/types";
import { endApproved, lockDown, unlock } from "../../actions/lockdown.ts";
import { section } from "../../slack/messages/blocks.ts";
import { mentionUser } from "../../slack/text/format.ts";
import { wordsFor } from "../../slack/text/index.ts";
import type { LockdownForm, Reader, Submission } from "./form.ts";
import { textInput } from "./inputs.ts";

export const drawLockdownForm = ({ locale }: Reader, { kind, user }: LockdownForm): KnownBlock[] => [
  ...section(wordsFor(locale).forms[kind].explain(mentionUser(user))),
  textInput("reason", { locale, optional: kind === "unlock", multiline: true }),
];

const DEEDS = { lockdown: lockDown, unlock, "end-approved": endApproved };

export function submitLockdown(
  { bot, user: by, inputs }: Submission,
  { kind, user }: LockdownForm,
): Promise<void> {
  const asked = { user, by, words: inputs.reason ?? "" };
  return DEEDS[kind](bot, asked);
}
