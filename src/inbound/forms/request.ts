/** The form that asks for access: role, time, start, reason, and for whom. */
import type { KnownBlock } from "@slack/types";
import { askForAccess } from "../../actions/ask.ts";
import { allGroups } from "../../policy/approvers.ts";
import { type Role, roleNamed } from "../../policy/roles.ts";
import { formatDuration, MINUTE } from "../../request/durations.ts";
import { type Principal, UserId } from "../../request/ids.ts";
import { isAmong, isSurelyAmong } from "../../request/people.ts";
import type { Request } from "../../request/record.ts";
import { Refused } from "../../request/refused.ts";
import { actions, plainText, section } from "../../slack/messages/blocks.ts";
import { escapeText } from "../../slack/text/format.ts";
import { wordsFor } from "../../slack/text/index.ts";
import type { FormReader, Prefill, Submission } from "./form.ts";
import { boxInput, choiceInput, personInput, textInput } from "./inputs.ts";
import { readStart, readTime, timeChoices, timesUpTo, typedStart } from "./times.ts";

/** Role, time and reason; all else is folded until somebody asks for it, or some of it is filled in. */
export async function drawRequestForm(reader: FormReader, prefill: Prefill): Promise<KnownBlock[]> {
  const { locale } = reader;
  const { role, duration, reason = "", emergency = false } = prefill;
  const offered = await offeredRoles(reader, prefill);
  const time = duration ? formatDuration(duration) : "";
  const choices = timeChoices(timesUpTo(longestTime(offered, prefill)), locale);
  const other = choices.some(({ value }) => value === time) ? "" : time;
  return [
    ...section(emergency ? wordsFor(locale).forms.emergency.explain : ""),
    choiceInput("role", {
      locale,
      choices: offered.map(([name, { description }]) => ({
        value: name,
        text: name,
        description: description[locale],
      })),
      initial: role ?? undefined,
      isTold: true,
    }),
    ...(choices.length > 0 ? [choiceInput("time", { locale, optional: true, choices, initial: time })] : []),
    textInput("reason", {
      locale,
      optional: !needsReason(reader, prefill),
      initial: reason,
      multiline: true,
    }),
    ...confirmBlocks(reader, role),
    ...(await foldedBlocks(reader, prefill, other)),
  ];
}

/** Nobody else can be given an emergency, which begins at once: there `who` is only shown to be refused. */
async function foldedBlocks(
  { bot, locale, user }: FormReader,
  { startsAt, forUser, emergency = false, unfolded = false }: Prefill,
  other: string,
): Promise<KnownBlock[]> {
  const isFilled = other !== "" || startsAt != null || forUser != null;
  if (!unfolded && !isFilled)
    return actions({
      type: "button",
      action_id: "unfold",
      text: plainText(wordsFor(locale).forms.unfold),
    });
  const start = await typedStart(bot, user, startsAt);
  return [
    textInput("other", { locale, optional: true, initial: other }),
    ...(emergency ? [] : [textInput("start", { locale, optional: true, initial: start })]),
    ...(emergency && forUser == null
      ? []
      : [personInput("who", { locale, optional: true, initial: forUser })]),
  ];
}

/** A tick is for one role: choosing another takes it away. */
function confirmBlocks({ config, locale }: FormReader, name: Prefill["role"]): KnownBlock[] {
  const warning = roleNamed(config, name ?? "")?.confirm;
  if (!name || !warning) return [];
  const { forms, messages } = wordsFor(locale);
  return [
    ...section(messages.about.confirm(escapeText(warning[locale]))),
    boxInput("confirm", { locale, value: name, text: forms.read }),
  ];
}

/**
 * Those that whose access it would be may ask for, in an emergency those that they may take. Throws Refused where there is
 * none or the named one is not among them, and SlackAway.
 */
async function offeredRoles(
  { bot, config, user }: FormReader,
  { role: named, emergency, forUser }: Prefill,
): Promise<[string, Role][]> {
  const [{ standing }, groups] = await Promise.all([
    bot.slack.person(user, MINUTE),
    bot.slack.groups(allGroups(config), MINUTE),
  ]);
  if (standing !== "member") throw new Refused("not-a-member", { standing, user });
  const offered = Object.entries(config.roles).filter(([name, { requester, breakGlass }]) => {
    const isIn = name === named ? isSurelyAmong : isAmong;
    const isNamedBy = (by: Principal[]) => isIn(by, forUser ?? user, groups);
    return (!requester || isNamedBy(requester.in)) && (!emergency || isNamedBy(breakGlass?.by ?? []));
  });
  const isNamedLeftOut = roleNamed(config, named ?? "") && !offered.some(([name]) => name === named);
  if (offered.length === 0 || isNamedLeftOut)
    throw new Refused(emergency ? "no-emergency" : "may-not-ask", named ? { role: named } : {});
  return offered;
}

/** Returns the times that the named role allows; without one, those that every role allows. */
function longestTime(offered: [string, Role][], { role, emergency }: Prefill): number {
  const named = offered.filter(([name]) => name === role);
  const roles = named.length > 0 ? named : offered;
  return Math.min(
    ...roles.map(([, { duration, breakGlass }]) => (emergency && breakGlass?.max) || duration.max),
  );
}

/** A line of the command that says less than its role needs opens the form. */
export const needsForm = (context: Pick<FormReader, "config">, prefill: Prefill): boolean =>
  !prefill.role ||
  (needsReason(context, prefill) && !prefill.reason) ||
  roleNamed(context.config, prefill.role)?.confirm !== undefined;

const needsReason = ({ config }: Pick<FormReader, "config">, { role, emergency = false }: Prefill): boolean =>
  emergency || (roleNamed(config, role ?? "")?.reason.required ?? false);

export async function submitRequest(submission: Submission, emergency: boolean): Promise<Request> {
  const { bot, user, source, inputs } = submission;
  return askForAccess(bot, {
    source,
    askedBy: user,
    requester: inputs.who === undefined ? user : UserId.parse(inputs.who),
    role: inputs.role ?? "",
    reason: inputs.reason ?? "",
    emergency,
    duration: readTime(inputs),
    startsAt: await readStart(bot, user, inputs),
  });
}
