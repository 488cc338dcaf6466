/** Trouble on order: the next calls of a method fail as asked; posts a channel, and calls a method, are limited when switched on. */
import type { Meddler } from "../meddler.ts";
import type { CallFailure, JsonObject } from "./types.ts";
import type { Workspace } from "./workspace.ts";

/** A call of a Web API method, or an answer by `response_url`. */
export interface SlackCall {
  method: string;
  args: JsonObject;
  /** The door it came by. */
  port: number;
  /** Whoever made it has hung up. */
  gone(): boolean;
}

export type SlackMeddler = Meddler<SlackCall, CallFailure>;

export function nextFailure(workspace: Workspace, method: string): CallFailure | undefined {
  const planned = workspace.failures.find((plan) => plan.method === method || plan.method === "*");
  if (!planned) return undefined;
  planned.times -= 1;
  if (planned.times <= 0) workspace.failures.splice(workspace.failures.indexOf(planned), 1);
  return planned.failure;
}

/** A token bucket a channel, by the workspace's clock; answers the seconds to wait, or nothing. */
export function createLimiter(
  workspace: Workspace,
): (method: string, args: JsonObject) => number | undefined {
  const buckets = new Map<string, { left: number; at: number }>();
  return (method, args) => {
    const limit = workspace.settings.rateLimit;
    if (!limit || !["chat.postMessage", "chat.postEphemeral"].includes(method)) return undefined;
    const now = workspace.clock.now();
    const known = buckets.get(String(args.channel)) ?? { left: limit.burst, at: now };
    const left = Math.min(limit.burst, known.left + ((now - known.at) / 1000) * limit.perSecond);
    const allowed = left >= 1;
    buckets.set(String(args.channel), { left: allowed ? left - 1 : left, at: now });
    return allowed ? undefined : Math.max(1, Math.ceil((1 - left) / limit.perSecond));
  };
}

const MINUTE_MS = 60_000;

/** So many calls of a method in any minute, by the workspace's clock; answers the seconds to wait, or nothing. */
export function createMethodLimiter(workspace: Workspace): (method: string) => number | undefined {
  const taken = new Map<string, number[]>();
  return (method) => {
    const most = workspace.settings.callsPerMinute[method];
    if (most === undefined) return undefined;
    const now = workspace.clock.now();
    const recent = (taken.get(method) ?? []).filter((at) => now - at < MINUTE_MS);
    taken.set(method, recent);
    const [oldest = now] = recent;
    if (recent.length >= most) return Math.max(1, Math.ceil((oldest + MINUTE_MS - now) / 1000));
    recent.push(now);
    return undefined;
  };
}
