/** English: what was allowed beforehand. */
import type { Allowance, AllowanceStatus } from "../../domain/allowance.ts";
import { enGrammar } from "./en-grammar.ts";
import { type Formatter, name } from "./formatter.ts";
import { foreign } from "./text.ts";

type Sentence = (a: Allowance, hub: string, fmt: Formatter) => string;
type ByAllowance = Record<AllowanceStatus, Sentence>;

const { span } = enGrammar;
/** Nobody is mentioned: that would ping them. */
const allowers = (a: Allowance): string => enGrammar.all(a.allowedBy.map((one) => name(one.by)));
const what: Sentence = (a, _, fmt) => `${fmt.code(a.role)}, up to ${span(a.duration)} at a time`;
const missing = ({ count, allowedBy }: Allowance): number => Math.max(count - allowedBy.length, 0);
const others = (a: Allowance): string =>
  missing(a) === 1 ? "one more approver must allow it too" : `${missing(a)} more approvers must allow it too`;
const by = ({ withdrawn }: Allowance, fmt: Formatter): string => {
  if (!withdrawn) return "";
  return fmt.isReader(withdrawn.by) ? " by you" : ` by ${name(withdrawn.by)}`;
};
const forWhom = (a: Allowance): string => `for ${name(a.person)}`;

const line: ByAllowance = {
  waiting: (a, hub, fmt) =>
    `${fmt.b(`Allowed beforehand, ${a.allowedBy.length} of ${a.count}:`)} ${what(a, hub, fmt)}, ${forWhom(a)}, ${fmt.until(a.until)} · by ${allowers(a)}; ${others(a)}.`,
  standing: (a, hub, fmt) =>
    `${fmt.b("Allowed beforehand:")} ${what(a, hub, fmt)}, ${forWhom(a)}, ${fmt.until(a.until)} · by ${allowers(a)}. Nobody needs to press for it.`,
  withdrawn: (a, hub, fmt) =>
    `${fmt.b(`Withdrawn${by(a, fmt)} ${fmt.when(a.withdrawn?.at ?? a.until)}:`)} ${what(a, hub, fmt)}, ${forWhom(a)}; allowed beforehand by ${allowers(a)}.`,
  over: (a, hub, fmt) =>
    `${fmt.b(`Over ${fmt.when(a.until)}:`)} ${what(a, hub, fmt)}, ${forWhom(a)}; allowed beforehand by ${allowers(a)}.`,
};

const standing: Sentence = (a, hub, fmt) =>
  `${fmt.b(`Allowed by ${fmt.people(a.allowedBy.map((one) => one.by))}:`)} ${what(a, hub, fmt)} on ${fmt.b(hub)}, ${fmt.untilDay(a.until)}. Ask as usual; nobody needs to press.`;

const dm: ByAllowance = {
  standing,
  // It stood, and the record says no more that it does.
  waiting: standing,
  withdrawn: (a, hub, fmt) =>
    `${fmt.b(`No longer allowed beforehand, withdrawn${by(a, fmt)}:`)} ${what(a, hub, fmt)}. Ask as usual; no request passes by it any more.`,
  over: (a, hub, fmt) =>
    `${fmt.b("No longer allowed beforehand, the time was up:")} ${what(a, hub, fmt)}. Ask as usual; no request passes by it any more.`,
};

const done: ByAllowance = {
  waiting: (a, hub, fmt) =>
    `${fmt.b(`Allowed by you, ${a.allowedBy.length} of ${a.count}:`)} ${what(a, hub, fmt)}, for ${fmt.who(a.person)}, ${fmt.until(a.until)}. Before it counts, ${others(a)}; they are asked in the channel.`,
  standing: (a, hub, fmt) =>
    `${fmt.b("Allowed beforehand:")} ${what(a, hub, fmt)}, for ${fmt.who(a.person)}, ${fmt.until(a.until)}. They are told; ${fmt.code(`${fmt.command} allowed`)} takes it back.`,
  withdrawn: (a, hub, fmt) =>
    `${fmt.b("Withdrawn:")} ${what(a, hub, fmt)}, for ${fmt.isReader(a.person) ? "you" : fmt.who(a.person)}. Access that is live goes on; no request passes by it any more.`,
  over: (a, hub, fmt) => `${fmt.b("Over:")} ${what(a, hub, fmt)}, for ${fmt.who(a.person)}.`,
};

const list = {
  head: (count: number, hub: string, fmt: Formatter): string =>
    count > 0
      ? `${fmt.b(`${count} allowed beforehand:`)} requests on ${hub} that pass at once.`
      : `${fmt.b("Nothing allowed beforehand:")} on ${hub} neither for you, nor by you, nor for a role that you approve.`,
  line: ((a, hub, fmt) =>
    `${what(a, hub, fmt)}, for ${fmt.isReader(a.person) ? "you" : name(a.person)}, ${fmt.until(a.until)} · by ${allowers(a)}${
      missing(a) > 0 ? `; ${others(a)}` : ""
    } · ${foreign(a.reason, 100)} · ${a.id}`) as Sentence,
  more: (shown: number, all: number): string => `${shown} of ${all} shown, the first to end first`,
  how: (fmt: Formatter): string =>
    `Approvers allow with ${fmt.code(`${fmt.command} allow @person role 4h for 3d reason`)}`,
};

export const enAllowance = { line, dm, done, list };
