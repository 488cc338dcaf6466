/** A changed file reaches replicas apart: what some of them allow, and others do not, waits until they agree. */
import { strictest } from "../../domain/policy-rule.ts";
import { Refused } from "../../domain/refusal.ts";
import type { Ports } from "../ports.ts";

/** These ports, and those of the other policies that replicas go by. Throws StoreDown. */
export async function underEach(ports: Ports): Promise<[Ports, ...Ports[]]> {
  const others = await ports.policies.others();
  return [ports, ...others.map((policy) => ({ ...ports, policy }))];
}

/** `allows`: whether it may be, by the policy of these ports. Throws StoreDown, and what `allows` throws. */
export const isDisputed = async (
  ports: Ports,
  allows: (under: Ports) => Promise<boolean>,
  each = underEach(ports),
): Promise<boolean> => differ(await each, allows);

/** Throws what `allows` throws. */
export const differ = async (
  each: readonly Ports[],
  allows: (under: Ports) => Promise<boolean>,
): Promise<boolean> => each.length > 1 && new Set(await Promise.all(each.map(allows))).size > 1;

/** What is given must be within the limits of each. */
export const withinEach = (each: readonly [Ports, ...Ports[]]): Ports => {
  const [ports] = each;
  const limits = strictest(each.map(({ policy }) => policy.limits));
  return each.length > 1 ? { ...ports, policy: { ...ports.policy, limits } } : ports;
};

/** Whether it is over a limit that not all of them have. */
export const isOverOnlySome = (error: unknown, each: readonly Ports[]): boolean =>
  error instanceof Refused &&
  error.refusal.kind === "too-many-grants" &&
  new Set(each.map(({ policy }) => policy.limits.grantsPerPerson)).size > 1;
