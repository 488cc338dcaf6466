/** Finds out what the hub shows without a token, which is Karpor's role `anonymous`. It changes nothing. */
import type { HubClient } from "./client.ts";
import { isAway, isReason } from "./errors.ts";
import { isMissingPath } from "./grants.ts";

/** One path of each kind. The hub checks rights before it finds that no such cluster exists. */
const OPEN_READS = [
  "/rest-api/v1/clusters",
  "/rest-api/v1/cluster/karpor-access",
  "/rest-api/v1/search",
  "/rest-api/v1/insight/detail",
  "/rest-api/v1/resource-group-rules",
  "/apis/cluster.karpor.io/v1beta1/clusters",
  "/api/v1/secrets",
];
/** Pod logs, events and AI, which Karpor's dashboard fetches without a token. */
export const STREAM_RULE = {
  verbs: ["*"],
  nonResourceURLs: ["aggregator", "issue", "yaml"].map((part) => `/rest-api/v1/insight/${part}/*`),
};
export const STREAM = "/rest-api/v1/insight/aggregator/karpor-access";

/** Every verb, since the dashboard asks the AI by POST. */
export const mayStream = (rules: readonly { verbs: string[]; nonResourceURLs?: string[] }[]): boolean =>
  STREAM_RULE.nonResourceURLs.every((family) =>
    rules.some(({ verbs, nonResourceURLs = [] }) => verbs.includes("*") && nonResourceURLs.includes(family)),
  );

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
    // Karpor allowed the call if its own handler fails, or if the path is missing.
    if (isMissingPath(error) || !isAway(error)) return true;
    throw error;
  }
}
