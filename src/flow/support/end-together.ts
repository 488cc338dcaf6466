/** Why a grant ends that the hub has no longer whole: a lockdown, or all of a person or role, takes bindings before records. */
import type { RequestId } from "../../domain/ids.ts";
import { endBy } from "../../domain/mass-end.ts";
import type { End } from "../../domain/request.ts";
import type { Ports } from "../ports.ts";

/** Null where nobody ends it with others. Throws StoreDown. */
export async function endTogether(
  { lockdown, massEnds, clock }: Pick<Ports, "lockdown" | "massEnds" | "clock">,
  id: RequestId,
): Promise<End | null> {
  const one =
    (await lockdown.standing()) ?? (await massEnds.open()).find(({ grants }) => grants?.includes(id));
  return one ? endBy(one, clock.now()) : null;
}
