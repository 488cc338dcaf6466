/** Nobody has more, or asks more often, than the limits per person let them. */
import type { Refusal } from "../refusal.ts";
import type { Part, PolicyLine } from "./rule.ts";

export const withinLimits: PolicyLine = ({ book: { limits }, facts: { history } }) => {
  const { grantsPerPerson, requestsPerHour } = limits;
  if (grantsPerPerson === undefined && requestsPerHour === undefined) return [];
  if (!history) return pass("counted when the request is made");
  if (grantsPerPerson !== undefined && history.open >= grantsPerPerson)
    return deny(`has ${history.open} of ${grantsPerPerson} grants`, {
      kind: "too-many-grants",
      max: grantsPerPerson,
      at: history.nextEndsAt,
    });
  if (requestsPerHour !== undefined && history.lastHour >= requestsPerHour)
    return deny(`asked ${history.lastHour} times in an hour, of ${requestsPerHour}`, {
      kind: "too-many-requests",
      max: requestsPerHour,
      at: history.againAt,
    });
  return pass(`has ${history.open} grants, and asked ${history.lastHour} times in an hour`);
};

const pass = (because: string): Part => ({ line: "limits", says: "pass", because });
const deny = (because: string, refusal: Refusal): Part => ({
  line: "limits",
  says: "deny",
  because,
  refusal,
});
