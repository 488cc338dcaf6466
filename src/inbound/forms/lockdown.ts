/** Forms that lock everybody or one person out, and let them in again. */
import type { KnownBlock } from "@slack/types";
import { assertAdmin } from "../../actions/end.ts";
import { endApproved, lockDown, unlock } from "../../actions/lockdown.ts";
import type { UserId } from "../../request/ids.ts";
import { mayHoldAccess } from "../../request/record.ts";
import { section } from "../../slack/messages/blocks.ts";
import { mentionUser } from "../../slack/text/format.ts";
import { wordsFor } from "../../slack/text/index.ts";
import { GRANTED, openFor, WAITING } from "../../store/indexes.ts";
import type { FormReader, LockdownForm, Submission } from "./form.ts";
import { textInput } from "./inputs.ts";

/** It says what it will hit. Throws Refused, StoreAway, SlackAway. */
export async function drawLockdownForm(
  { bot, locale, user: by }: FormReader,
  { kind, user, reason = "" }: LockdownForm,
): Promise<KnownBlock[]> {
  if (kind !== "end-approved") await assertAdmin(bot, by, kind);
  const { forms } = wordsFor(locale);
  const hit = kind === "lockdown" ? forms.hits(...(await countHit(bot, user))) : "";
  return [
    ...section(forms[kind].explain(mentionUser(user))),
    ...section(hit),
    textInput("reason", { locale, initial: reason, optional: kind === "unlock", multiline: true }),
  ];
}

const MOST_COUNTED = 200;

async function countHit(
  { store }: FormReader["bot"],
  user: UserId | null,
): Promise<[accesses: number, requests: number]> {
  if (user === null) return Promise.all([store.count(GRANTED), store.count(WAITING)]);
  const all = await store.page(openFor(user), { count: MOST_COUNTED });
  const open = all.filter(({ state }) => state !== "ending");
  const held = open.filter(mayHoldAccess).length;
  return [held, open.length - held];
}

const LOCKDOWN_ACTIONS = { lockdown: lockDown, unlock, "end-approved": endApproved };

export function submitLockdown(
  { bot, user: by, inputs }: Submission,
  { kind, user }: LockdownForm,
): Promise<void> {
  const asked = { user, by, words: inputs.reason ?? "" };
  return LOCKDOWN_ACTIONS[kind](bot, asked);
}
