/** What a ClusterRole of the catalog's own allows: paths of the hub and verbs. Karpor has no other kind. Pure. */
import { z } from "zod";

const VERBS = ["get", "post", "put", "patch", "delete", "head", "options", "*"] as const;

export const PathRule = z.strictObject({
  nonResourceURLs: z
    .array(
      z.string().regex(/^(\*|\/[^*\s]*\*?)$/, "must be a path such as /rest-api/v1/cluster, or end in *"),
    )
    .min(1)
    .describe("Paths of the hub; one that ends in * is all below it."),
  verbs: z.array(z.enum(VERBS)).min(1).describe("What may be done there, * is all of it."),
});
export type PathRule = z.infer<typeof PathRule>;

/** Those that karpor-server and Kubernetes make themselves. */
const TAKEN = /^(karpor-guest|karpor-admin|anonymous|cluster-admin|admin|edit|view|system:.*)$/;
export const isTaken = (clusterRole: string): boolean => TAKEN.test(clusterRole);

/** Whether these rules allow a verb on a path, as Kubernetes reads them. */
export const allows = (
  rules: readonly { nonResourceURLs?: string[] | undefined; verbs: string[] }[],
  verb: string,
  path: string,
): boolean =>
  rules.some(
    ({ nonResourceURLs = [], verbs }) =>
      (verbs.includes(verb) || verbs.includes("*")) &&
      nonResourceURLs.some((pattern) => coversPath(pattern, path)),
  );

/** Of a path that ends in a wildcard itself, all that it covers. */
export const coversPath = (pattern: string, path: string): boolean =>
  pattern === path || (pattern.endsWith("*") && path.startsWith(pattern.slice(0, -1)));

/**
 * Whether rules allow more than to get paths that they name: another verb, every path, or objects of the Kubernetes API,
 * of which reading alone can give the hub away (Secrets).
 */
export const moreThanGet = (
  rules: readonly {
    nonResourceURLs?: string[] | undefined;
    resources?: string[] | undefined;
    verbs: string[];
  }[],
): boolean =>
  rules.some(
    ({ verbs, resources = [], nonResourceURLs = [] }) =>
      resources.length > 0 || nonResourceURLs.some(isAll) || verbs.some((verb) => verb !== "get"),
  );

const isAll = (path: string) => path === "*" || path === "/*";
