/** Finds out what the hub shows without a token (Karpor's role `anonymous`). Setup and doctor call it; it changes nothing. */
import type { HubClient } from "./client.ts";
import { isAway, isReason } from "./errors.ts";
import { isMissingPath } from "./grants.ts";

/** One path of each kind. No such cluster exists: the hub decides whether one may ask before it looks for it. */
const OPEN_READS = [
  "/rest-api/v1/clusters",
  "/rest-api/v1/cluster/karpor-access",
  "/rest-api/v1/search",
  "/rest-api/v1/insight/detail",
  "/rest-api/v1/resource-group-rules",
  "/apis/cluster.karpor.io/v1beta1/clusters",
  "/api/v1/secrets",
];
/** Opens pod logs, events and AI, which Karpor's dashboard fetches without a token. */
export const STREAM_RULE = {
  verbs: ["*"],
  nonResourceURLs: ["aggregator", "issue", "yaml"].map((part) => `/rest-api/v1/insight/${part}/*`),
};
/** A path that STREAM_RULE opens, for a cluster that does not exist. */
export const STREAM = "/rest-api/v1/insight/aggregator/karpor-access";

/** Says whether a ClusterRole's rules open all of STREAM_RULE with every verb: the dashboard asks the AI by POST. */
export const mayStream = (rules: readonly { verbs: string[]; nonResourceURLs?: string[] }[]): boolean =>
  STREAM_RULE.nonResourceURLs.every((family) =>
    rules.some(({ verbs, nonResourceURLs = [] }) => verbs.includes("*") && nonResourceURLs.includes(family)),
  );

/** Resolves to the paths that the hub answers without a token. Throws HubError when the hub is away. */
export async function anonymousReads(client: HubClient): Promise<{ reads: string[]; streams: string[] }> {
  const isOpen = await Promise.all([...OPEN_READS, STREAM].map((path) => answersNobody(client, path)));
  return {
    reads: OPEN_READS.filter((_, index) => isOpen[index]),
    streams: isOpen[OPEN_READS.length] ? [STREAM] : [],
  };
}

async function answersNobody(client: HubClient, path: string): Promise<boolean> {
  try {
    await client.getAs(null, path);
    return true;
  } catch (error) {
    if (isReason(error, "Unauthorized") || isReason(error, "Forbidden")) return false;
    // Karpor let the call pass when its own handler fails, or the path is missing.
    if (isMissingPath(error) || !isAway(error)) return true;
    throw error;
  }
}
