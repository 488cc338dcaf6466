/** Why a grant ends that the hub has no longer whole: a lockdown, or all of a person or role, takes bindings before records; an operator, while Redis is away, without. */
import type { RequestId } from "../../domain/ids.ts";
import type { Lockdown } from "../../domain/lockdown.ts";
import { endBy, type MassEnd } from "../../domain/mass-end.ts";
import type { End } from "../../domain/request.ts";
import type { Ports } from "../ports.ts";

type MassEndPorts = Pick<Ports, "lockdown" | "massEnds">;

/** Null where nobody ends it so. Throws StoreDown. */
export async function endTogether(
  ports: MassEndPorts & Pick<Ports, "hubEnds" | "clock" | "log">,
  id: RequestId,
): Promise<End | null> {
  const { hubEnds, clock, log } = ports;
  const one = await endedWith(ports, id);
  if (one) return endBy(one, clock.now());
  return hubEnds.of(id).catch((error: unknown) => {
    log.warn({ id, err: error }, "the hub does not say whether an operator ended it");
    return null;
  });
}

/** Null where it ends alone, if at all. Throws StoreDown. */
export const endedWith = async (
  { lockdown, massEnds }: MassEndPorts,
  id: RequestId,
): Promise<Lockdown | MassEnd | null> =>
  (await lockdown.standing()) ?? (await massEnds.open()).find(({ grants }) => grants?.includes(id)) ?? null;
