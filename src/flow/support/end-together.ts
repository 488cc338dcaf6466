/** Why a grant ends that the hub has no longer whole: a lockdown, or all of a person or role, takes bindings before records; an operator, while Redis is away, without. */
import type { RequestId } from "../../domain/ids.ts";
import { endBy } from "../../domain/mass-end.ts";
import type { End } from "../../domain/request.ts";
import type { Ports } from "../ports.ts";

/** Null where nobody ends it so. Throws StoreDown. */
export async function endTogether(
  {
    lockdown,
    massEnds,
    hubEnds,
    clock,
    log,
  }: Pick<Ports, "lockdown" | "massEnds" | "hubEnds" | "clock" | "log">,
  id: RequestId,
): Promise<End | null> {
  const one =
    (await lockdown.standing()) ?? (await massEnds.open()).find(({ grants }) => grants?.includes(id));
  if (one) return endBy(one, clock.now());
  return hubEnds.of(id).catch((error: unknown) => {
    log.warn({ id, err: error }, "the hub does not say whether an operator ended it");
    return null;
  });
}
