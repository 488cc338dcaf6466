/** Whether a smaller role would have allowed all that a grant was used for. */
import { roleNamed } from "../../domain/catalog.ts";
import { isLower, isWithin, rightsFor } from "../../domain/rights.ts";
import type { SeenUse } from "../../domain/use.ts";
import { type AccessRequest, type Ports, SlackBusy } from "../ports.ts";
import { rolesFor } from "../seen/roles-for.ts";
import { rolesBelow } from "../support/roles-below.ts";

/** The smallest that its holder may ask for; null where there is none, or not all is known. Throws StoreDown, SlackBusy. */
export async function roleEnough(
  ports: Ports,
  { id, role: name, clusterRole, requester }: AccessRequest,
  use: SeenUse,
): Promise<string | null> {
  const role = roleNamed(ports.policy.roles, name);
  if (use.last === null || use.gaps.length > 0 || role?.clusterRole !== clusterRole) return null;
  const asked = await ports.evidence?.rights(id);
  if (!asked) return null;
  try {
    const lower = await rolesBelow(ports, role, await rolesFor(ports, requester.id));
    const enough = (lower ?? []).filter(({ rights }) => isWithin(rightsFor(asked), rights));
    const isSmallest = (rights: (typeof enough)[number]["rights"]) =>
      enough.every((other) => !isLower(other.rights, rights));
    return enough.find(({ rights }) => isSmallest(rights))?.name ?? null;
  } catch (error) {
    if (error instanceof SlackBusy) throw error;
    ports.log.warn({ id, err: error }, "it cannot be told whether a smaller role would have been enough");
    return null;
  }
}
