/** Forms of those who decide: each repeats who asks for what, for how long and why. */
import type { KnownBlock } from "@slack/types";
import { assertWaiting } from "../../actions/approve.ts";
import { denyRequest } from "../../actions/decide.ts";
import { assertMayRevoke, revokeAccess } from "../../actions/end.ts";
import { readRequest } from "../../actions/read.ts";
import { reviewEmergency } from "../../actions/review.ts";
import { mayHoldAccess, type Request } from "../../request/record.ts";
import { Refused } from "../../request/refused.ts";
import { quote, section } from "../../slack/messages/blocks.ts";
import { wordsFor } from "../../slack/text/index.ts";
import { requestLine } from "../lines.ts";
import { answerRevoked } from "../offer-lockdown.ts";
import type { AboutForm, FormReader } from "./form.ts";
import { textInput } from "./inputs.ts";

const repeat = (reader: FormReader, request: Request): KnownBlock[] => [
  ...section(requestLine(reader, request)),
  ...quote(request.reason),
];

export const denyForm: AboutForm = {
  draw(reader, request) {
    const { locale, user } = reader;
    assertWaiting(request, user);
    return [...repeat(reader, request), textInput("reason", { locale, optional: true, multiline: true })];
  },
  submit: ({ bot, user, inputs }, id) => denyRequest(bot, id, user, inputs.reason ?? ""),
};

export const revokeForm: AboutForm = {
  async draw(reader, request) {
    const { bot, locale, user } = reader;
    await assertMayRevoke(bot, request, user);
    if (!mayHoldAccess(request) && request.state !== "scheduled")
      throw new Refused("not-active", { id: request.id });
    return [
      ...repeat(reader, request),
      ...section(wordsFor(locale).forms.revoke.explain),
      textInput("reason", { locale, multiline: true }),
    ];
  },
  submit: ({ bot, user, inputs }, id) => revokeAccess(bot, id, user, inputs.reason ?? ""),
  async answer({ bot, user }, id) {
    const request = await readRequest(bot, id);
    return request.emergency ? answerRevoked(bot, user, request) : null;
  },
};

export const reviewForm: AboutForm = {
  draw: (reader, request) => [
    ...repeat(reader, request),
    textInput("found", { locale: reader.locale, multiline: true }),
  ],
  submit: ({ bot, user, inputs }, id) => reviewEmergency(bot, id, user, inputs.found ?? ""),
};
