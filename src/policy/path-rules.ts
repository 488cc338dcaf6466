/** The paths and verbs that a role's ClusterRole allows. Karpor has no finer rights. */
import { z } from "zod";

const VERBS = ["get", "post", "put", "patch", "delete", "head", "options", "*"] as const;
const RULE_PATH = /^(\*|\/[^*\s]*\*?)$/;

export const PathRule = z.strictObject({
  nonResourceURLs: z
    .array(z.string().regex(RULE_PATH, "must be a path such as /rest-api/v1/cluster, or end in *"))
    .min(1)
    .describe("Paths of the hub; one that ends in * is everything below it."),
  verbs: z.array(z.enum(VERBS)).min(1).describe("What may be done there; * is everything."),
});
export type PathRule = z.infer<typeof PathRule>;

/** Made by karpor-server or by Kubernetes itself. */
const BUILT_IN = /^(karpor-guest|karpor-admin|anonymous|cluster-admin|admin|edit|view|system:.*)$/;
export const isBuiltIn = (clusterRole: string): boolean => BUILT_IN.test(clusterRole);

const WRITING = /^(karpor-admin|cluster-admin|admin|edit)$/;
const READING_VERBS = ["get", "head", "options"];

/** Without `rules`, the name of the ClusterRole decides. */
export const canWrite = (role: { clusterRole: string; rules?: readonly PathRule[] | undefined }): boolean =>
  role.rules
    ? role.rules.some(({ verbs }) => verbs.some((verb) => !READING_VERBS.includes(verb)))
    : WRITING.test(role.clusterRole);

export const allowsMoreThanGet = (rules: readonly PathRule[]): boolean =>
  rules.some(
    ({ verbs, nonResourceURLs }) =>
      verbs.some((verb) => verb !== "get") || nonResourceURLs.some((path) => path === "*" || path === "/*"),
  );
