/** Whether one ClusterRole gives nothing that another does not. Pure. */
import { z } from "zod";
import { coversPath } from "./path-rule.ts";

/** A rule as Kubernetes has it: paths, or objects of its API. */
export interface RightsRule {
  verbs: readonly string[];
  nonResourceURLs?: readonly string[] | undefined;
  apiGroups?: readonly string[] | undefined;
  resources?: readonly string[] | undefined;
  /** Every object where it is left out, or empty. */
  resourceNames?: readonly string[] | undefined;
}
export type Rights = readonly RightsRule[];

/** What one request takes: a verb and a path, or a verb and a resource of a group, of whatever name. */
export const AskedRight = z.union([
  z.strictObject({ verb: z.string(), path: z.string() }),
  z.strictObject({ verb: z.string(), group: z.string(), resource: z.string() }),
]);
export type AskedRight = z.infer<typeof AskedRight>;

/** The least that would have allowed all of it. */
export const rightsFor = (asked: readonly AskedRight[]): Rights =>
  asked.map((one) =>
    "path" in one
      ? { verbs: [one.verb], nonResourceURLs: [one.path] }
      : { verbs: [one.verb], apiGroups: [one.group], resources: [one.resource] },
  );

/** Gives less: all of it is given by `more`, and not the other way round. */
export const isLower = (less: Rights, more: Rights): boolean => isWithin(less, more) && !isWithin(more, less);

/** Each single right must stand in one rule of `more`: what only several together would give counts as more. */
export const isWithin = (less: Rights, more: Rights): boolean =>
  less.flatMap(single).every((right) => more.some((rule) => gives(rule, right)));

type Single =
  | { verb: string; path: string }
  | { verb: string; group: string; resource: string; name: string | null };

const single = ({
  verbs,
  nonResourceURLs = [],
  apiGroups = [],
  resources = [],
  resourceNames = [],
}: RightsRule): Single[] =>
  verbs.flatMap((verb) => [
    ...nonResourceURLs.map((path) => ({ verb, path })),
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        (resourceNames.length > 0 ? resourceNames : [null]).map((name) => ({ verb, group, resource, name })),
      ),
    ),
  ]);

function gives(rule: RightsRule, right: Single): boolean {
  if (!has(rule.verbs, right.verb)) return false;
  if ("path" in right) return (rule.nonResourceURLs ?? []).some((pattern) => coversPath(pattern, right.path));
  const { group, resource, name } = right;
  const { apiGroups = [], resources = [], resourceNames = [] } = rule;
  const isNamed = resourceNames.length === 0 || (name !== null && resourceNames.includes(name));
  return has(apiGroups, group) && resources.some((one) => coversResource(one, resource)) && isNamed;
}

const has = (all: readonly string[], one: string): boolean => all.includes("*") || all.includes(one);

/** A pattern "*" with a subresource covers that of every resource. */
const coversResource = (pattern: string, resource: string): boolean =>
  pattern === "*" ||
  pattern === resource ||
  (pattern.startsWith("*/") && resource.endsWith(pattern.slice(1)));
