/** The company's own word, where the role asks for one: no answer is a no that says so. */
import type { OutsideCheck, OutsideWord } from "../../domain/outside-check.ts";
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
export async function assertOutside(ports: Ports, request: AccessRequest): Promise<void> {
  const word = await ask(ports, request, "mint");
  if (word.word === "deny") throw new GrantFailed("check-denied", "the company's check says no", word.say);
  if (word.word === "none") throw new GrantFailed("check-silent", `the company's check: ${word.how}`);
}

/** By the role of today, under each policy that replicas go by; where the role has changed, others say so. */
async function ask(ports: Ports, request: AccessRequest, moment: OutsideMoment): Promise<OutsideWord> {
  const question = outsideQuestion(request, moment);
  const words = await Promise.all(
    (await checksOf(ports, request)).map((check) => ports.outside.ask(check, question)),
  );
  const word = words.find((one) => one.word !== "allow");
  if (word) ports.log.warn({ id: request.id, moment, ...word }, "the company's check did not say yes");
  return word ?? { word: "allow" };
}

async function checksOf(ports: Ports, request: AccessRequest): Promise<OutsideCheck[]> {
  const roles = (await underEach(ports)).map(({ policy }) => roleToday(request, policy.roles));
  const checks = roles.flatMap((role) => (isChanged(role) || !role.check ? [] : [role.check]));
  return [...new Map(checks.map((check) => [JSON.stringify(check), check])).values()];
}
