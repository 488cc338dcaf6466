/** `allow @person ROLE [DURATION] for PERIOD REASON…`: what an approver allows beforehand. */
import { allowTermsOf } from "../../../domain/allow-command.ts";
import { type AskingRefusal, Refused } from "../../../domain/refusal.ts";
import { allowPerson } from "../../../flow/allowances/allow.ts";
import { escaped } from "../../messages/text.ts";
import { allowedReply } from "../../views/index.ts";
import { leadingMention, typed } from "../typed.ts";
import type { Command } from "./index.ts";

export const allowCommand: Command = {
  // Slack says whether they may: nothing is stored before.
  first: () => false,
  async run({ ports }, { user: by, rest, triggerId }) {
    const person = leadingMention(rest);
    if (!person) throw new Refused({ kind: "allow-whom" });
    const mention = rest.slice(0, rest.indexOf(">") + 1);
    const terms = mended(mention, () => allowTermsOf(typed(person.rest), ports.policy.roles));
    const allowance = await allowPerson(ports, { ...terms, by, person: person.user, triggerId });
    return (ctx) => allowedReply(allowance, ctx);
  },
};

/** A corrected line names the person again. */
function mended<T>(mention: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const line = error instanceof Refused && "line" in error.refusal && error.refusal.line;
    if (!line) throw error;
    const [shown, raw] = [`allow ${typed(mention)} ${line}`, `allow ${mention} ${escaped(line)}`];
    throw new Refused({ ...(error.refusal as AskingRefusal), line: shown, raw });
  }
}
