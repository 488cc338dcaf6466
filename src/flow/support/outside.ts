/** The company's own word, where the role asks for one: no answer is a no that says so. */
import type { OutsideWord } from "../../domain/outside-check.ts";
import { type OutsideMoment, outsideQuestion } from "../../domain/outside-question.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { isChanged, roleToday } from "../../domain/today.ts";
import { type AccessRequest, GrantFailed, type Ports } from "../ports.ts";
import { underEach } from "./disputed.ts";

/** Before anybody is asked to approve; null where it may go on. Throws CheckBusy, StoreDown. */
export async function refusedOutside(ports: Ports, request: AccessRequest): Promise<Refusal | null> {
  const word = await ask(ports, request, "ask");
  const { role } = request;
  if (word.word === "deny") return { kind: "check-denied", role, say: word.say };
  return word.word === "none" ? { kind: "check-silent", role, how: word.how } : null;
}

/** Before anything is made on the hub. Throws GrantFailed, CheckBusy, StoreDown. */
export async function assertOutside(
  ports: Ports,
  request: AccessRequest,
  each = underEach(ports),
): Promise<void> {
  const word = await ask(ports, request, "mint", each);
  if (word.word === "deny")
    throw new GrantFailed("check-denied", "the company's check says no", { said: word.say });
  if (word.word === "none") throw new GrantFailed("check-silent", `the company's check: ${word.how}`);
}

/** By the role of today, under each policy that replicas go by; where the role has changed, others say so. */
async function ask(
  ports: Ports,
  request: AccessRequest,
  moment: OutsideMoment,
  each = underEach(ports),
): Promise<OutsideWord> {
  const words = await Promise.all(
    askingRoles(await each, request).map(({ check, reason }) =>
      ports.outside.ask(check, outsideQuestion(request, moment, reason)),
    ),
  );
  const word = words.find((one) => one.word !== "allow");
  if (word) ports.log.warn({ id: request.id, moment, ...word }, "the company's check did not say yes");
  return word ?? { word: "allow" };
}

/** One for each check that differs. */
function askingRoles(each: readonly Ports[], request: AccessRequest) {
  const roles = each.map(({ policy }) => roleToday(request, policy.roles));
  const asking = roles.flatMap((role) =>
    isChanged(role) || !role.check ? [] : [{ check: role.check, reason: role.reason }],
  );
  return [...new Map(asking.map((one) => [JSON.stringify(one.check), one])).values()];
}
