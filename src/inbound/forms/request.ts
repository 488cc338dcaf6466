/** The form that asks for access: role, time, start, reason, and for whom. */
import type { KnownBlock } from "@slack/types";
import { askForAccess } from "../../actions/ask.ts";
import { allGroups } from "../../policy/approvers.ts";
import { type Role, roleNamed } from "../../policy/roles.ts";
import { formatDuration, MINUTE } from "../../request/durations.ts";
import { UserId } from "../../request/ids.ts";
import { isAmong } from "../../request/people.ts";
import type { Request } from "../../request/record.ts";
import { Refused } from "../../request/refused.ts";
import { section } from "../../slack/messages/blocks.ts";
import { foreign } from "../../slack/text/format.ts";
import { wordsFor } from "../../slack/text/index.ts";
import type { Prefill, Reader, Submission } from "./form.ts";
import { boxInput, type Choice, choiceInput, personInput, textInput } from "./inputs.ts";
import { readStart, readTime, timeChoices, timesUpTo, typedStart } from "./times.ts";

/** An emergency begins at once, so that it has no start. */
export async function drawRequestForm(reader: Reader, prefill: Prefill): Promise<KnownBlock[]> {
  const { bot, locale, user } = reader;
  const { role, duration, startsAt, reason = "", forUser, emergency = false } = prefill;
  const time = duration ? formatDuration(duration) : "";
  const choices = timeChoices(timesUpTo(longestTime(reader, prefill)), locale);
  const isOffered = choices.some(({ value }) => value === time);
  const start = await typedStart(bot, user, startsAt);
  return [
    ...section(emergency ? wordsFor(locale).forms.emergency.explain : ""),
    choiceInput("role", {
      locale,
      choices: await roleChoices(reader, prefill),
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
    textInput("other", { locale, optional: true, initial: isOffered ? "" : time }),
    ...(emergency ? [] : [textInput("start", { locale, optional: true, initial: start })]),
    personInput("who", { locale, optional: true, initial: forUser }),
    ...confirmBlocks(reader, role),
  ];
}

/** A tick is for one role: choosing another takes it away. */
function confirmBlocks({ config, locale }: Reader, name: Prefill["role"]): KnownBlock[] {
  const warning = roleNamed(config, name ?? "")?.confirm;
  if (!name || !warning) return [];
  const { forms, messages } = wordsFor(locale);
  return [
    ...section(messages.about.confirm(foreign(warning[locale]))),
    boxInput("confirm", { locale, value: name, text: forms.read }),
  ];
}

/** Those that this person may ask for, and the one that was named. Throws Refused for who may ask for none, SlackAway. */
async function roleChoices(reader: Reader, { role: named, emergency }: Prefill): Promise<Choice[]> {
  const { bot, config, locale, user } = reader;
  const [{ standing }, groups] = await Promise.all([
    bot.slack.person(user, MINUTE),
    bot.slack.groups(allGroups(config), MINUTE),
  ]);
  if (standing !== "member") throw new Refused("not-a-member", { standing, user });
  const mayAsk = ({ requester, breakGlass }: Role): boolean =>
    (!requester || isAmong(requester.in, user, groups)) &&
    (!emergency || (breakGlass !== undefined && isAmong(breakGlass.by, user, groups)));
  const offered = Object.entries(config.roles).filter(([name, role]) => name === named || mayAsk(role));
  if (offered.length === 0) throw new Refused(emergency ? "no-emergency" : "may-not-ask");
  return offered.map(([name, { description }]) => ({
    value: name,
    text: name,
    description: description[locale],
  }));
}

/** Of the role that was named, else of any. */
function longestTime({ config }: Reader, { role, emergency }: Prefill): number {
  const named = roleNamed(config, role ?? "");
  const roles = named ? [named] : Object.values(config.roles);
  return Math.max(...roles.map(({ duration, breakGlass }) => (emergency && breakGlass?.max) || duration.max));
}

/** A line of the command that says less than its role needs opens the form. */
export const needsForm = (context: Pick<Reader, "config">, prefill: Prefill): boolean =>
  !prefill.role ||
  (needsReason(context, prefill) && !prefill.reason) ||
  roleNamed(context.config, prefill.role)?.confirm !== undefined;

const needsReason = ({ config }: Pick<Reader, "config">, { role, emergency = false }: Prefill): boolean =>
  emergency || (roleNamed(config, role ?? "")?.reason.required ?? false);

export async function submitRequest(submission: Submission, emergency: boolean): Promise<Request> {
  const { bot, user, source, inputs } = submission;
  return askForAccess(bot, {
    ...{ source, askedBy: user, requester: inputs.who === undefined ? user : UserId.parse(inputs.who) },
    ...{ role: inputs.role ?? "", reason: inputs.reason ?? "", emergency },
    ...{ duration: readTime(inputs), startsAt: await readStart(bot, user, inputs) },
  });
}
