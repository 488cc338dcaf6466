/** What a batch of the hub's audit log says of the use of our grants: one account a grant, so each event names its grant. */
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

/** Null: it is no batch. */
export function readBatch(body: string): Batch | null {
  const list = EventList.safeParse(parseJson(body)).data;
  return list ? { items: list.items, digest: createHash("sha256").update(body).digest("base64url") } : null;
}

const UseEvent = z
  .object({
    /** Of each request only its end, which has the result. */
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

/** What is not understood, or concerns no grant of ours, is left out. */
export function eventsIn({ items }: Batch, owner: Owner): Map<RequestId, UseEvent[]> {
  const told = new Map<RequestId, UseEvent[]>();
  for (const item of items) {
    const event = UseEvent.safeParse(item).data;
    const id = event && grantInEvent(event, owner);
    if (id) told.set(id, [...(told.get(id) ?? []), event]);
  }
  return told;
}

/** `deletedAt`: when the account was deleted, ms. What the hub refused since is counted apart. */
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
