/** Which roles give less than another, by their rules on the hub. */
import { type Role, roleNamed } from "../../domain/catalog.ts";
import { SECOND } from "../../domain/duration.ts";
import { isLower, type Rights } from "../../domain/rights.ts";
import type { Ports } from "../ports.ts";

const READ_WITHIN_MS = 2 * SECOND;

export interface RoleBelow {
  name: string;
  role: Role;
  rights: Rights;
}

/** Of these; none whose rules cannot be read. Null where the higher one's cannot. */
export async function rolesBelow(
  ports: Pick<Ports, "grants" | "policy">,
  higher: Role,
  names: readonly string[],
): Promise<RoleBelow[] | null> {
  const more = await rightsOf(ports, higher);
  if (!more) return null;
  const found = await Promise.all(
    names.map(async (name) => {
      const role = roleNamed(ports.policy.roles, name);
      const rights = role && (await rightsOf(ports, role));
      return rights && isLower(rights, more) ? [{ name, role, rights }] : [];
    }),
  );
  return found.flat();
}

const rightsOf = async (
  { grants }: Pick<Ports, "grants">,
  { rules, clusterRole }: Role,
): Promise<Rights | null> => rules ?? grants.rightsOf(clusterRole, AbortSignal.timeout(READ_WITHIN_MS));
