/** What Karpor's role `anonymous` opens to whoever reaches the hub and shows no token: pages, streams and reads. Pure. */
import { z } from "zod";
import { isWithin, type Rights, type RightsRule } from "./rights.ts";

export const ANONYMOUS = "anonymous";

/** What the dashboard fetches before anybody logged in; without it nobody gets as far as the login. */
const PAGES: RightsRule = {
  verbs: ["get"],
  nonResourceURLs: [
    ...["/", "/login", "/public/*", "/docs/*", "/endpoints", "/server-configs", "/livez", "/readyz"],
    ...["/search", "/search/*", "/insight", "/insight/*", "/insightDetail", "/insightDetail/*"],
    ...["/cluster", "/cluster/*"],
  ],
};

/** Pod logs, events and AI: the dashboard fetches them without the token of whoever is logged in. */
const STREAMS: RightsRule = {
  verbs: ["*"],
  nonResourceURLs: ["aggregator", "issue", "yaml"].map((part) => `/rest-api/v1/insight/${part}/*`),
};

/** Of the rules that stand, what is no read; nothing that they do not give. */
export function cutRules(standing: Rights, { keepStreams }: { keepStreams: boolean }): RightsRule[] {
  const kept = keepStreams ? [PAGES, STREAMS] : [PAGES];
  return kept.flatMap(({ verbs, nonResourceURLs = [] }) => {
    const given = nonResourceURLs.filter((path) => isWithin([{ verbs, nonResourceURLs: [path] }], standing));
    return given.length > 0 ? [{ verbs, nonResourceURLs: given }] : [];
  });
}

/** What rules give that others do not, one right a line, such as `get /rest-api/*`. */
export const beyond = (rules: Rights, others: Rights): string[] =>
  rules.flatMap(({ verbs, nonResourceURLs = [], resources = [], ...of }) =>
    verbs.flatMap((verb) => [
      ...nonResourceURLs
        .filter((path) => !isWithin([{ verbs: [verb], nonResourceURLs: [path] }], others))
        .map((path) => `${verb} ${path}`),
      ...resources
        .filter((one) => !isWithin([{ ...of, verbs: [verb], resources: [one] }], others))
        .map((one) => `${verb} ${one}`),
    ]),
  );

/** What rules open besides pages and streams. */
export const readsOf = (rules: Rights): string[] => beyond(rules, [PAGES, STREAMS]);

export interface AnonymousAccess {
  /** Whether the hub answers a read without a token; null where it does not say. */
  reads: boolean | null;
  /** Which reads it answered, of those that were tried. */
  open: string[];
  /** Likewise of the streams. */
  streams: boolean | null;
  /** What the role `anonymous` gives besides pages and streams, bound or not: karpor-server binds it at each start. */
  allows: string[];
}

export const isClosed = ({ reads, allows }: AnonymousAccess): boolean | null =>
  reads || allows.length > 0 ? false : reads === null ? null : true;

/** As all replicas know it. */
export const LastLook = z.object({
  /** When, ms since the epoch. */
  at: z.number(),
  closed: z.boolean(),
  /** What the administrators know. */
  told: z.boolean(),
});
export type LastLook = z.infer<typeof LastLook>;
