/** `for @person ROLE [DURATION] [REASON…]`: asks for somebody else, to whom alone the access goes. */
import { Refused } from "../../../domain/refusal.ts";
import { storeRequest, vettedAnswer } from "../asked.ts";
import { requesterOf } from "../context.ts";
import { leadingMention, typed } from "../typed.ts";
import type { Command } from "./index.ts";

export const forCommand: Command = {
  first: () => true,
  async run(context, { user, name, rest, triggerId, channel, at }) {
    const person = leadingMention(rest);
    if (!person?.rest) throw new Refused({ kind: "for-whom", word: person ? "" : wordOf(rest) });
    const text = typed(person.rest);
    if (person.user === user) throw new Refused({ kind: "for-oneself", line: text, raw: person.rest });
    const requester = requesterOf(context, person.user, person.name);
    const askedBy = requesterOf(context, user, name);
    const request = await storeRequest(context, { requester, askedBy, text, triggerId, typedAt: at });
    return { after: (always) => vettedAnswer(context, request, { channel, always }) };
  },
};

const wordOf = (rest: string): string => (typed(rest).split(/\s/)[0] ?? "").slice(0, 80);
