/** Parses a batch of the hub's audit log, and counts the use of each grant in it: each has its own account, which events name. */
import { createHash } from "node:crypto";
import { z } from "zod";
import { USER_AGENT } from "../hub/connection.ts";
import { parseJson } from "../hub/errors.ts";
import { LOGIN } from "../hub/grants.ts";
import { type Owner, objectName } from "../hub/names.ts";
import { type RequestId, readRequestId } from "../request/ids.ts";
import { NO_USE, type Use } from "../request/use.ts";

const EventList = z.object({
  apiVersion: z.literal("audit.k8s.io/v1"),
  kind: z.literal("EventList"),
  items: z.array(z.unknown()),
});

/** A batch as the hub sent it; `digest` is the same when it is sent again. */
export interface Batch {
  items: unknown[];
  digest: string;
}

/** Returns null where the body is no batch. */
export function readBatch(body: string): Batch | null {
  const list = EventList.safeParse(parseJson(body)).data;
  return list ? { items: list.items, digest: createHash("sha256").update(body).digest("base64url") } : null;
}

const UseEvent = z
  .object({
    /** Only the event at the end of a call is read: it has the result. */
    stage: z.literal("ResponseComplete"),
    verb: z.string(),
    requestURI: z.string(),
    user: z.object({ username: z.string() }),
    userAgent: z.string().default(""),
    responseStatus: z.object({ code: z.int() }).optional(),
    requestReceivedTimestamp: z.iso.datetime(),
    annotations: z.record(z.string(), z.string()).default({}),
  })
  .transform(({ requestReceivedTimestamp, responseStatus, ...event }) => ({
    ...event,
    code: responseStatus?.code ?? 0,
    at: Date.parse(requestReceivedTimestamp),
  }));
export type UseEvent = z.infer<typeof UseEvent>;

/** Returns the events by request. It leaves out those that it cannot read, and those about no grant of this bot. */
export function eventsIn({ items }: Batch, owner: Owner): Map<RequestId, UseEvent[]> {
  const told = new Map<RequestId, UseEvent[]>();
  for (const item of items) {
    const event = UseEvent.safeParse(item).data;
    const id = event && grantInEvent(event, owner);
    if (id) told.set(id, [...(told.get(id) ?? []), event]);
  }
  return told;
}

/** Counts reads, changes and refusals; refusals after `deletedAt` (ms, when the account was deleted) count as `late`. */
export const countUse = (events: readonly UseEvent[], deletedAt: number | null): Use =>
  events.reduce((use, event) => withEvent(use, event, deletedAt ?? Number.POSITIVE_INFINITY), NO_USE);

function grantInEvent({ user: { username } }: UseEvent, { instance, namespace }: Owner): RequestId | null {
  const account = username.replace(`system:serviceaccount:${namespace}:`, "");
  const id = readRequestId(account.slice(-"r-0123456789".length));
  return id && account === objectName(instance, id) ? id : null;
}

const READ_VERBS = ["get", "head", "options", "list", "watch"];

function withEvent(use: Use, event: UseEvent, deletedAt: number): Use {
  // The bot tries each token before it gives it away.
  if (event.userAgent === USER_AGENT && event.requestURI === LOGIN) return use;
  const { at, verb, code, annotations } = event;
  const isRefused = code === 401 || code === 403 || annotations["authorization.k8s.io/decision"] === "forbid";
  if (isRefused && at > deletedAt) return { ...use, late: use.late + 1 };
  const kind = READ_VERBS.includes(verb) ? "reads" : "changes";
  const count = isRefused ? "refusals" : kind;
  return {
    ...use,
    first: Math.min(use.first ?? at, at),
    last: Math.max(use.last ?? at, at),
    [count]: use[count] + 1,
  };
}
