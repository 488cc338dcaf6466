/** The roles a person may ask for, in the catalog's order. */
import type { UserId } from "../domain/ids.ts";
import { approversOf } from "../domain/today.ts";
import type { Ports } from "./ports.ts";

export async function rolesFor({ policy, directory }: Ports, person: UserId): Promise<string[]> {
  const names = await Promise.all(
    Object.entries(policy.roles).map(async ([name, { requester }]) =>
      !requester || (await directory.qualifies(person, requester.in, "show")) ? name : null,
    ),
  );
  return names.filter((name) => name !== null);
}

/** Those that the person may take in an emergency. */
export async function emergencyRolesFor({ policy, directory }: Ports, person: UserId): Promise<string[]> {
  const names = await Promise.all(
    Object.entries(policy.roles).map(async ([name, { breakGlass }]) =>
      breakGlass && (await directory.qualifies(person, breakGlass.by, "show")) ? name : null,
    ),
  );
  return names.filter((name) => name !== null);
}

export interface RecalledRoles {
  names: string[];
  /** They approve one, as far as is remembered. */
  approves: boolean;
  /** Of these it is not known. */
  unsure: string[];
}

/** The same as far as is remembered: Slack is not asked. */
export async function recallRoles({ policy, directory }: Ports, person: UserId): Promise<RecalledRoles> {
  const all = await Promise.all(
    Object.entries(policy.roles).map(async ([name, { requester }]) => ({
      name,
      may: requester ? await directory.recall(person, requester.in) : true,
    })),
  );
  const approvers = Object.values(policy.roles).flatMap((role) => approversOf(role) ?? []);
  const left = all.filter(({ may }) => may !== false);
  return {
    names: left.map(({ name }) => name),
    approves: (await directory.recall(person, [...new Set(approvers)])) === true,
    unsure: left.filter(({ may }) => may === null).map(({ name }) => name),
  };
}
