/** Of which roles a person may see what others have: those they approve or review today; of all, an administrator. */
import type { Role } from "../../domain/catalog.ts";
import type { Principal } from "../../domain/ids.ts";
import { everToday } from "../../domain/today.ts";
import type { Ports } from "../ports.ts";
import { filter } from "./filter.ts";
import type { Qualifies } from "./qualifier.ts";

export type SeenRoles = readonly string[] | "all";

/** Throws Refused(look-up-failed), SlackBusy. */
export async function seenRoles({ policy }: Pick<Ports, "policy">, isAmong: Qualifies): Promise<SeenRoles> {
  if (await isAmong(policy.admins)) return "all";
  const roles = await filter(Object.entries(policy.roles), ([, role]) => isAmong(overseers(role)));
  return roles.map(([name]) => name);
}

export const isSeen = (seen: SeenRoles, role: string): boolean => seen === "all" || seen.includes(role);

const overseers = (role: Role): Principal[] => [
  ...new Set([...(everToday(role) ?? []), ...(role.breakGlass?.review ?? [])]),
];
