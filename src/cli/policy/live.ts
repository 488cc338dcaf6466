/** Where Redis is reachable: which requests that wait, and which live grants, one configuration alone would refuse. */
import type { ConfigFile } from "../../config.ts";
import { formatDuration } from "../../domain/duration.ts";
import type { AccessRequest, State } from "../../domain/request.ts";
import { RedisUrl } from "../../store/address.ts";
import { connect } from "../../store/connect.ts";
import { keysOf } from "../../store/keys.ts";
import { createRequests } from "../../store/requests.ts";
import type { PolicyMeans } from "./means.ts";
import { membership } from "./membership.ts";
import { type IsIn, leftOutOf, underRules, type Verdict } from "./today.ts";

const REDIS_WITHIN_MS = 2_000;
const WAITING: readonly State[] = ["requested", "pending"];
const AHEAD: readonly State[] = ["scheduled", "extending"];
const LIVE: readonly State[] = ["approved", "delivering", "active"];
const LOOKED_AT = [...WAITING, ...AHEAD, ...LIVE];

/** `ends`: also what is live, as if its holder had left. */
export interface Affected {
  outcome: NonNullable<Verdict>["outcome"] | "ends";
  why: string;
  id: string;
  state: State;
  requester: string;
  role: string;
  duration: number;
}

/** `looked`: at so many; or why at none. */
export type Looked = { looked: number; unreadable: number; affected: Affected[] } | { not: string };

export async function affectedBy(
  { before, after }: Record<"before" | "after", ConfigFile>,
  means: PolicyMeans,
): Promise<Looked> {
  const read = await liveRequests(after, means);
  if ("not" in read) return read;
  const isIn = await membership(means);
  const affected = read.found.flatMap((request) => affectedOf(request, { before, after }, isIn));
  return { looked: read.found.length, unreadable: read.unreadable, affected };
}

/** What is refused as it is, is no matter of the change. */
function affectedOf(
  request: AccessRequest,
  { before, after }: Record<"before" | "after", ConfigFile>,
  isIn: IsIn,
): Affected[] {
  const verdict = endingUnder(request, { before, after }, isIn) ?? underRules(request, after, isIn);
  const was = underRules(request, before, isIn);
  if (!verdict || verdict.outcome === was?.outcome) return [];
  const { id, state, role, duration, requester } = request;
  return [{ id, state, requester: requester.id, role, duration, ...verdict }];
}

function endingUnder(
  request: AccessRequest,
  { before, after }: Record<"before" | "after", ConfigFile>,
  isIn: IsIn,
): Pick<Affected, "outcome" | "why"> | null {
  const list = leftOutOf(request, after, isIn);
  if (!list || leftOutOf(request, before, isIn)) return null;
  return { outcome: "ends", why: `it is for ${list.join(", ")}` };
}

type Read = { found: AccessRequest[]; unreadable: number } | { not: string };

async function liveRequests({ instance }: ConfigFile, means: PolicyMeans): Promise<Read> {
  const { variables, clock, log } = means;
  const { data: url, error } = RedisUrl.optional().safeParse(variables.REDIS_URL || undefined);
  if (error) return { not: `REDIS_URL ${error.issues[0]?.message}` };
  if (url === undefined) return { not: "REDIS_URL is not set" };
  let unreadable = 0;
  const told = { onTransition: () => {}, onBroken: () => void unreadable++ };
  const redis = connect(url, { log });
  try {
    await redis.ready(REDIS_WITHIN_MS);
    const requests = createRequests({ redis: redis.commands, keys: keysOf(instance), clock, ...told });
    const found = new Map<string, AccessRequest>();
    for await (const batch of requests.unsettled())
      for (const r of batch) if (LOOKED_AT.includes(r.state)) found.set(r.id, r);
    return { found: [...found.values()], unreadable };
  } catch {
    return { not: "Redis does not answer" };
  } finally {
    redis.close();
  }
}

export function wordsOfAffected(found: Looked): string[] {
  if ("not" in found) return [`What waits and what is live was not looked at: ${found.not}.`];
  const { looked, unreadable, affected } = found;
  const of = (states: readonly State[], outcome: Affected["outcome"]) =>
    affected.filter((one) => states.includes(one.state) && one.outcome === outcome);
  return [
    ...listed("Would end, or be closed, within the hour, as if who has it had left:", of(LOOKED_AT, "ends")),
    ...listed("Would be closed when somebody decides:", of(WAITING, "refused")),
    ...listed("Would not be given when its time comes, though it is approved:", of(AHEAD, "refused")),
    ...listed("Would not be given now, and goes on until its end:", of(LIVE, "refused")),
    ...listed(
      "Cannot be told, for only Slack (SLACK_BOT_TOKEN) knows who is in which user group:",
      of(LOOKED_AT, "unknown"),
    ),
    `${affected.filter(({ outcome }) => outcome !== "unknown").length} of ${looked} that wait or are live are concerned.`,
    ...(unreadable > 0 ? [`${unreadable} could not be read.`] : []),
  ];
}

const listed = (title: string, all: Affected[]): string[] =>
  all.length === 0
    ? []
    : [
        title,
        ...all.map(
          ({ id, requester, role, duration, why }) =>
            `  ${id}  ${requester}  ${role} ${formatDuration(duration)}: ${why}`,
        ),
      ];
