/** Nobody decided: others are asked too, by one reply below the card, and may decide from then on. It stays pending. */
import { MINUTE } from "../domain/duration.ts";
import type { Principal, RequestId } from "../domain/ids.ts";
import { fallbackDue } from "../domain/nudge.ts";
import { isParty } from "../domain/parties.ts";
import { everToday, isChanged, roleToday } from "../domain/today.ts";
import { fallbackAsked } from "../domain/transitions.ts";
import type { In, Later, Ports } from "./ports.ts";
import { underEach } from "./support/disputed.ts";
import { takeDueStep } from "./support/due.ts";

/** The file may name them again. */
const AGAIN_MS = MINUTE;

export async function askFallback(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  const now = ports.clock.now();
  const isDue = request?.state === "pending" && now >= (fallbackDue(request) ?? Number.POSITIVE_INFINITY);
  if (isDue && now < request.closesAt && !(await mayAnyDecide(ports, request)))
    return { again: Math.min(now + AGAIN_MS, request.closesAt) };
  return takeDueStep(ports, id, {
    due: fallbackDue,
    change: (at) => (r) => fallbackAsked(r, at),
  });
}

/** Nobody is asked whose press every file that replicas go by would refuse. Throws what the directory throws, StoreDown. */
async function mayAnyDecide(ports: Ports, request: In<"pending">): Promise<boolean> {
  const by = request.fallback?.by ?? [];
  const each = await underEach(ports);
  const named = each.map(({ policy }) => {
    const role = roleToday(request, policy.roles);
    // Whoever presses is told that the rules changed.
    return isChanged(role) ? null : everToday(role);
  });
  if (named.some((today) => today === null || today.some((one) => by.includes(one)))) return true;
  const among = (principals: readonly Principal[]) => ports.directory.members(principals, "show");
  const [asked, today] = await Promise.all([among(by), among(named.flatMap((one) => one ?? []))]);
  return asked.some((one) => today.includes(one) && !isParty(request, one));
}
