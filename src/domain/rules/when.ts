/** When a rule of the catalog is for a request: each condition that it names, in the order in which it is looked at. */
import { formatDuration } from "../duration.ts";
import { wholeOf } from "../extension.ts";
import type { PolicyRule } from "../policy-rule.ts";
import { amongWords } from "./among.ts";
import type { Asked } from "./rule.ts";

interface Met {
  /** Null: it is not known. */
  holds: boolean | null;
  because: string;
}

/** Null where the rule does not ask for it. A new one: a field of `when`, and a line in the table. */
type Condition = (when: PolicyRule["when"], asked: Asked) => Met | null;

const ofRole: Condition = ({ role }, { terms }) =>
  role ? { holds: role.includes(terms.role), because: `for ${role.join(", ")}` } : null;

const noLonger: Condition = ({ max }, { terms }) =>
  max === undefined
    ? null
    : {
        // As a whole: a rule for short access is none for a long one in pieces.
        holds: wholeOf(terms) <= max,
        because: `${formatDuration(wholeOf(terms))} of at most ${formatDuration(max)}`,
      };

const addsTime: Condition = ({ extension }, { terms }) =>
  extension === undefined
    ? null
    : {
        holds: extension === (terms.extends !== undefined),
        because: terms.extends ? "adds time to a grant" : "adds time to none",
      };

const byRequester: Condition = ({ requester }, { facts }) => {
  if (!requester) return null;
  const holds = facts.isAmong(requester.in);
  return { holds, because: amongWords(holds, requester.in) };
};

/** What the request says by itself comes before what must be looked up. */
const CONDITIONS: readonly Condition[] = [ofRole, addsTime, noLonger, byRequester];

export function meets({ when }: PolicyRule, asked: Asked): Met {
  const met: string[] = [];
  for (const condition of CONDITIONS) {
    const found = condition(when, asked);
    if (found && found.holds !== true) return found;
    if (found) met.push(found.because);
  }
  return { holds: true, because: met.join(", ") || "for every request" };
}
