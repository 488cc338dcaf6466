/** The roles a person may ask for, in the catalog's order. */
import type { UserId } from "../../domain/ids.ts";
import { factsOfMember, isOffered, whoMatters } from "../../domain/policy-engine.ts";
import type { Policy } from "../../domain/policy-file.ts";
import type { AskerFacts } from "../../domain/rules/rule.ts";
import { approversOf } from "../../domain/today.ts";
import type { Ports } from "../ports.ts";
import { memberFacts, recalledFacts } from "../support/asker.ts";
import type { Shown } from "../support/qualifier.ts";

export async function rolesFor(ports: Ports, person: UserId, purpose: Shown = "show"): Promise<string[]> {
  const all = await offers(ports.policy, (role) => memberFacts(ports, { id: person, role }, purpose));
  return all.flatMap(({ name, may }) => (may ? [name] : []));
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
  /** They are an administrator, likewise. */
  administers: boolean;
  /** Of these it is not known. */
  unsure: string[];
}

/** The same as far as is remembered: Slack is not asked. */
export async function recallRoles(ports: Ports, person: UserId): Promise<RecalledRoles> {
  const approvers = Object.values(ports.policy.roles).flatMap((role) => approversOf(role) ?? []);
  return {
    ...split(await offers(ports.policy, (role) => recalledFacts(ports, person, role))),
    approves: (await ports.directory.recall(person, [...new Set(approvers)])) === true,
    administers: (await ports.directory.recall(person, ports.policy.admins)) === true,
  };
}

/** Those that anybody may ask for, whoever it is, and those of which that is not known. */
export function rolesForAnybody(policy: Policy): Omit<RecalledRoles, "approves" | "administers"> {
  const facts = factsOfMember(() => null);
  return split(Object.keys(policy.roles).map((name) => ({ name, may: isOffered(policy, name, facts) })));
}

/** Whether it depends on the person what is offered. */
export const isSameForAll = (policy: Policy): boolean =>
  Object.keys(policy.roles).every((name) => whoMatters(policy, name).length === 0);

interface Offer {
  name: string;
  /** Null: it is not known. */
  may: boolean | null;
}

const offers = (policy: Policy, factsFor: (role: string) => Promise<AskerFacts>): Promise<Offer[]> =>
  Promise.all(
    Object.keys(policy.roles).map(async (name) => ({
      name,
      may: isOffered(policy, name, await factsFor(name)),
    })),
  );

function split(all: readonly Offer[]): Omit<RecalledRoles, "approves" | "administers"> {
  const left = all.filter(({ may }) => may !== false);
  return {
    names: left.map(({ name }) => name),
    unsure: left.filter(({ may }) => may === null).map(({ name }) => name),
  };
}
