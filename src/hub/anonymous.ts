/** What the hub tells to everybody who reaches it, without a token: Karpor's role `anonymous`. */
import type { HubClient } from "./client.ts";
import { isAway, isReason } from "./errors.ts";
import { isMissingPath } from "./grants.ts";

/** One path of each kind; no cluster is called so, and whether one may ask is answered first. */
const OPEN_READS = [
  "/rest-api/v1/clusters",
  "/rest-api/v1/cluster/karpor-access",
  "/rest-api/v1/search",
  "/rest-api/v1/insight/detail",
  "/rest-api/v1/resource-group-rules",
  "/apis/cluster.karpor.io/v1beta1/clusters",
  "/api/v1/secrets",
];
/** Pod logs, events and AI, which the dashboard itself fetches without a token. */
export const STREAM_RULE = {
  verbs: ["*"],
  nonResourceURLs: ["aggregator", "issue", "yaml"].map((part) => `/rest-api/v1/insight/${part}/*`),
};
/** One of them, of no cluster. */
export const STREAM = "/rest-api/v1/insight/aggregator/karpor-access";

/** Whether a ClusterRole's rules open all of them: the AI asks by POST. */
export const mayStream = (rules: readonly { verbs: string[]; nonResourceURLs?: string[] }[]): boolean =>
  STREAM_RULE.nonResourceURLs.every((family) =>
    rules.some(({ verbs, nonResourceURLs = [] }) => verbs.includes("*") && nonResourceURLs.includes(family)),
  );

/** Which of these paths answer to nobody. */
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
    // What Karpor itself fails at, or does not have, it let pass.
    if (isMissingPath(error) || !isAway(error)) return true;
    throw error;
  }
}
