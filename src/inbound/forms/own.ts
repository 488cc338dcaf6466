/** Forms of who has the access: more time, another token, and a token that leaked. */
import { readReplacement, reportLeak } from "../../actions/end.ts";
import { askForMoreTime } from "../../actions/more-time.ts";
import { readRequest } from "../../actions/read.ts";
import { newToken } from "../../actions/token.ts";
import { readChain } from "../../life/chain.ts";
import { approversFor, findRole, roleNamed } from "../../policy/roles.ts";
import { formatDuration } from "../../request/durations.ts";
import type { Request } from "../../request/record.ts";
import { Refused } from "../../request/refused.ts";
import { totalGranted } from "../../request/transitions.ts";
import { section } from "../../slack/messages/blocks.ts";
import { mention } from "../../slack/text/format.ts";
import { wordsFor } from "../../slack/text/index.ts";
import { contextFor, sentence } from "../answers.ts";
import { ownLine } from "../lines.ts";
import type { AboutForm, FormReader } from "./form.ts";
import { choiceInput, textInput } from "./inputs.ts";
import { readTime, timeChoices, timesUpTo } from "./times.ts";

/** Offers only the times that would be accepted. */
export const moreForm: AboutForm = {
  async draw(reader, request) {
    assertOwn(reader, request);
    const { bot, config, locale } = reader;
    const chain = await readChain(bot, request);
    const latest = chain.findLast(({ state }) => state === "active" || state === "granting");
    if (!latest) throw new Refused("not-active", { id: request.id });
    const choices = timeChoices(timesLeft(config, request.role, chain), locale);
    const usual = formatDuration(findRole(config, request.role).duration.default);
    const initial = choices.some(({ value }) => value === usual) ? usual : choices.at(-1)?.value;
    return [
      ...section(ownLine(reader, latest)),
      choiceInput("time", { locale, choices, initial }),
      textInput("reason", { locale, initial: request.reason, optional: true, multiline: true }),
    ];
  },
  submit: ({ bot, user, source, inputs }, id) =>
    askForMoreTime(bot, id, { source, by: user, duration: readTime(inputs), reason: inputs.reason ?? "" }),
};

/** Returns how much time may be added to the chain at once, ms. Throws Refused when that is too little to offer. */
function timesLeft(config: FormReader["config"], role: string, chain: Request[]): number[] {
  const { duration } = findRole(config, role);
  const max = duration.total ?? duration.max;
  const left = max - totalGranted(chain);
  const times = timesUpTo(Math.min(left, duration.max));
  if (times.length === 0) throw new Refused("total-too-long", { role, max, left: Math.max(0, left) });
  return times;
}

export const newTokenForm: AboutForm = {
  draw: (reader, request) => explain(reader, request, "new-token"),
  submit: ({ bot, user }, id) => newToken(bot, id, user),
};

export const leakedForm: AboutForm = {
  draw: (reader, request) => explain(reader, request, "leaked"),
  submit: ({ bot, user }, id) => reportLeak(bot, id, user),
  async answer({ bot, user }, id) {
    const { config, locale } = await contextFor(bot, user);
    const words = wordsFor(locale);
    const request = await readRequest(bot, id);
    const replacement = await readReplacement(bot, request);
    const role = roleNamed(config, request.role);
    const approvers = words.messages.any((role ? approversFor(role, true) : []).map(mention));
    return sentence(words.forms.leaked.done(replacement?.id ?? "", approvers));
  },
};

function explain(reader: FormReader, request: Request, kind: "new-token" | "leaked") {
  assertOwn(reader, request);
  if (request.state !== "active") throw new Refused("not-active", { id: request.id });
  return [...section(ownLine(reader, request)), ...section(wordsFor(reader.locale).forms[kind].explain)];
}

function assertOwn({ user }: FormReader, { id, requester }: Request): void {
  if (requester !== user) throw new Refused("not-yours", { id });
}
