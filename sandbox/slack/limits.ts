/** Slack's documented limits, by the workspace's clock: calls of a method in any minute, and posts a channel. */
import type { JsonObject } from "./types.ts";
import type { Workspace } from "./workspace.ts";

const TIER_2 = 20;
const TIER_3 = 50;
const TIER_4 = 100;
/** Of a whole workspace Slack says "several hundred". */
const POSTS = 300;

/** Calls in any minute. Of `auth.test` Slack says "hundreds", and of `apps.connections.open` it lets through more than its tier says: neither is limited. */
const PER_MINUTE: Record<string, number> = {
  "chat.delete": TIER_3,
  "chat.postEphemeral": TIER_4,
  "chat.postMessage": POSTS,
  "chat.update": TIER_3,
  "conversations.info": TIER_3,
  "conversations.list": TIER_2,
  "conversations.members": TIER_4,
  "conversations.open": TIER_3,
  "usergroups.list": TIER_2,
  "users.info": TIER_4,
  "users.list": TIER_2,
  "views.open": TIER_4,
  "views.publish": TIER_4,
  "views.update": TIER_4,
};

const MINUTE_MS = 60_000;
/** One post a second a channel, after so many at once. */
const BURST = 3;
const POST_EVERY_MS = 1_000;

/** Answers the milliseconds to wait, or nothing: then the call counts. */
type Limit = (method: string, args: JsonObject) => number | undefined;

/** The seconds to wait, or nothing; who is told to wait has not called. */
export function createLimits(workspace: Workspace): Limit {
  const perMinute = limitMethods(workspace);
  const perChannel = limitPosts(workspace);
  return (method, args) => {
    if (!workspace.settings.limits) return undefined;
    const wait = perChannel(method, args) ?? perMinute(method, args);
    return wait === undefined ? undefined : Math.max(1, Math.ceil(wait / 1000));
  };
}

function limitMethods({ clock }: Workspace): Limit {
  const taken = new Map<string, number[]>();
  return (method) => {
    const most = PER_MINUTE[method];
    if (most === undefined) return undefined;
    const now = clock.now();
    const recent = (taken.get(method) ?? []).filter((at) => now - at < MINUTE_MS);
    taken.set(method, recent);
    const [oldest = now] = recent;
    if (recent.length >= most) return oldest + MINUTE_MS - now;
    recent.push(now);
    return undefined;
  };
}

/** A token bucket a channel. */
function limitPosts({ clock }: Workspace): Limit {
  const buckets = new Map<string, { left: number; at: number }>();
  return (method, args) => {
    if (method !== "chat.postMessage") return undefined;
    const now = clock.now();
    const channel = String(args.channel);
    const known = buckets.get(channel) ?? { left: BURST, at: now };
    const left = Math.min(BURST, known.left + (now - known.at) / POST_EVERY_MS);
    buckets.set(channel, { left: left >= 1 ? left - 1 : left, at: now });
    return left >= 1 ? undefined : (1 - left) * POST_EVERY_MS;
  };
}
