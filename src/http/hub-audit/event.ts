/** What one batch of the hub's audit webhook says of the bot's grants; whatever else is in it is left out. Pure. */
import { z } from "zod";
import type { AskedRight } from "../../domain/rights.ts";
import { type HubTold, isRefusal, type ObservedUse } from "../../domain/use.ts";
import { grantNamed } from "../../hub/grants/names.ts";

/** Throws ZodError of anything that is no list of audit events. */
export const EventList = z.object({
  apiVersion: z.literal("audit.k8s.io/v1"),
  kind: z.literal("EventList"),
  items: z.array(z.unknown()),
});

const Event = z.object({
  auditID: z.string().min(1),
  /** Of a request only the last: no other bears its result. */
  stage: z.enum(["ResponseComplete", "Panic"]),
  verb: z.string().min(1),
  requestURI: z.string(),
  user: z.object({ username: z.string() }),
  impersonatedUser: z.object({ username: z.string() }).optional(),
  sourceIPs: z.array(z.string()).default([]),
  userAgent: z.string().default(""),
  objectRef: z
    .object({
      apiGroup: z.string().default(""),
      resource: z.string().default(""),
      namespace: z.string().default(""),
      name: z.string().default(""),
      subresource: z.string().optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.int().default(0) }).optional(),
  requestReceivedTimestamp: z.iso.datetime(),
  stageTimestamp: z.iso.datetime().optional(),
  /** Where the policy asks for it: of bindings. */
  requestObject: z.unknown().optional(),
  annotations: z.record(z.string(), z.string()).default({}),
});
export type Event = z.infer<typeof Event>;

/** Where the bot's objects stand on the hub. */
export interface Grounds {
  /** Of the grants. */
  namespace: string;
  /** The instance's own, on which the heartbeat is written. */
  account: string;
  /** By its auditID: the bot's own look at a token, or a write of its own. */
  isOwn(auditId: string): boolean;
}

/** Those that are understood. */
export const eventsIn = ({ items }: z.infer<typeof EventList>): Event[] =>
  items.flatMap((item) => Event.safeParse(item).data ?? []);

export function toldBy(events: readonly Event[], grounds: Grounds): HubTold {
  const beats = events.filter((event) => isHeartbeat(event, grounds)).map(receivedAt);
  return {
    uses: events.flatMap((event) => useIn(event, grounds) ?? []),
    heardAt: beats.length > 0 ? Math.max(...beats) : null,
  };
}

export const receivedAt = ({ requestReceivedTimestamp: at }: Event): number => Date.parse(at);

export const answeredAt = ({ stageTimestamp, requestReceivedTimestamp }: Event): number =>
  Date.parse(stageTimestamp ?? requestReceivedTimestamp);

/** The bot's other writes on that account go over one connection: they say nothing of the hub's other replicas. */
export const isHeartbeat = (event: Event, { namespace, account }: Grounds): boolean =>
  event.verb === "patch" &&
  event.objectRef?.resource === "serviceaccounts" &&
  event.objectRef.subresource === undefined &&
  event.objectRef.namespace === namespace &&
  event.objectRef.name === account &&
  isDry(event);

/** As the hub reads a query: a question mark may stand in it. */
export const isDry = ({ requestURI }: Event): boolean =>
  new URLSearchParams(/\?.*/s.exec(requestURI)?.[0]).getAll("dryRun").includes("All");

/** The account in the grants' namespace that asked; empty for anybody else. */
export function accountIn({ user: { username } }: Event, { namespace }: Pick<Grounds, "namespace">): string {
  const before = `system:serviceaccount:${namespace}:`;
  return username.startsWith(before) ? username.slice(before.length) : "";
}

/** Whoever holds the token chooses the auditID, by a header: the time is the hub's own. */
export const nameOf = ({ auditID, requestReceivedTimestamp }: Event): string =>
  `${auditID} ${requestReceivedTimestamp}`;

/** Null: it is none of a grant's. Whose grants they are, Redis knows. */
function useIn(event: Event, grounds: Grounds): ObservedUse | null {
  const { id } = grantNamed(accountIn(event, grounds)) ?? {};
  if (!id || grounds.isOwn(event.auditID)) return null;
  const { sourceIPs, userAgent } = event;
  const code = event.responseStatus?.code ?? 0;
  const change = isRead(event.verb) ? null : { method: methodOf(event.verb), path: pathOf(event), code };
  return {
    id,
    at: receivedAt(event),
    answeredAt: answeredAt(event),
    event: nameOf(event),
    kind: isRefused(event) ? "refused" : change ? "changed" : "reads",
    change,
    right: rightIn(event),
    address: (sourceIPs[0] ?? "").slice(0, LONGEST),
    agent: userAgent.slice(0, LONGEST),
  };
}

export const LONGEST = 200;

export const isRefused = ({ annotations, responseStatus }: Event): boolean =>
  isRefusal(responseStatus?.code ?? 0) || annotations["authorization.k8s.io/decision"] === "forbid";

const READS: readonly string[] = ["get", "head", "options", "list", "watch"];
const isRead = (verb: string): boolean => READS.includes(verb);

/** A request for an object is named by what it does, any other by its method. */
const METHODS: Record<string, string> = {
  create: "POST",
  update: "PUT",
  deletecollection: "DELETE",
};
const methodOf = (verb: string): string => METHODS[verb] ?? verb.toUpperCase().slice(0, 20);

/** A query is never kept: what people search for stands there. */
const pathOf = ({ requestURI }: Event): string => (requestURI.split(/[?#]/)[0] ?? "").slice(0, LONGEST);

/** As the hub's authorizer names a binding to a group: a grant's account is in those alone in which each is. */
const BY_GROUP = / to Group "[^"]*"$/;
const LONGEST_VERB = 20;

/** What is cut would be another. */
function rightIn({ verb, objectRef, requestURI, annotations }: Event): AskedRight | "any" | null {
  if (BY_GROUP.test(annotations["authorization.k8s.io/reason"] ?? "")) return "any";
  if (verb.length > LONGEST_VERB) return null;
  if (!objectRef) {
    const path = decoded(requestURI.split(/[?#]/)[0] ?? "");
    return path !== null && path.length <= LONGEST ? { verb, path } : null;
  }
  const { apiGroup: group, resource: name, subresource } = objectRef;
  const resource = subresource ? `${name}/${subresource}` : name;
  return name !== "" && group.length + resource.length <= LONGEST ? { verb, group, resource } : null;
}

/** Rules are of paths as they are meant. */
function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
