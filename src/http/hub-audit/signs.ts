/** What a batch of the hub's audit webhook says that may call for an alarm. Pure. */
import { z } from "zod";
import type { GrantSigns, HubSigns, ObservedWrite } from "../../domain/hub-signs.ts";
import { grantNamed } from "../../hub/grants/names.ts";
import {
  accountIn,
  answeredAt,
  type Event,
  type Grounds,
  isDry,
  isHeartbeat,
  isRefused,
  LONGEST,
  nameOf,
  receivedAt,
} from "./event.ts";

/** As the bot's own writes are named they are left out, save when the latest heartbeat was. */
export function signsIn(events: readonly Event[], grounds: Grounds): HubSigns {
  const grants = new Map<string, GrantSigns>();
  const add = (name: string, more: Partial<GrantSigns>) => {
    const key = grantNamed(name);
    if (key) grants.set(name, merged(grants.get(name) ?? { ...key, ...NOTHING }, more));
  };
  const writes: ObservedWrite[] = [];
  let own: HubSigns["own"] = null;
  for (const event of events) {
    const write = writeIn(event, grounds);
    if (write?.what === "binding" && write.did !== "changed" && !write.unsure)
      add(write.name, write.did === "made" ? { made: write.at } : { deleted: answeredAt(event) });
    const isOwn = grounds.isOwn(event.auditID);
    if (isOwn && foundNoBinding(event, grounds))
      add(event.objectRef?.name ?? "", { absent: answeredAt(event) });
    // Setup has the secret too, and whoever runs it is not the bot.
    if (isOwn && isHeartbeat(event, grounds) && receivedAt(event) > (own?.at ?? 0))
      own = { at: receivedAt(event), who: event.user.username };
    if (isOwn) continue;
    if (write) writes.push(write);
    const at = receivedAt(event);
    const allowedBy = bindingIn(event);
    if (allowedBy !== null) add(allowedBy, { used: at });
    else if (isRefused(event)) add(accountIn(event, grounds), { refused: [{ at, event: nameOf(event) }] });
  }
  return { grants: [...grants.values()], writes, own };
}

const NOTHING = { used: null, made: null, deleted: null, absent: null, refused: [] };

export const later = (a: number | null, b: number | null = null) =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

const merged = (known: GrantSigns, more: Partial<GrantSigns>): GrantSigns => ({
  ...known,
  used: later(known.used, more.used),
  made: later(known.made, more.made),
  deleted: later(known.deleted, more.deleted),
  absent: later(known.absent, more.absent),
  refused: [...known.refused, ...(more.refused ?? [])],
});

/** Which binding the hub's authorizer named; null for what everybody may do, and for what nobody may. */
const bindingIn = ({ annotations }: Event): string | null =>
  annotations["authorization.k8s.io/decision"] === "allow"
    ? (/^RBAC: allowed by ClusterRoleBinding "([^"]+)"/.exec(
        annotations["authorization.k8s.io/reason"] ?? "",
      )?.[1] ?? null)
    : null;

const DID: Record<string, ObservedWrite["did"]> = {
  create: "made",
  update: "changed",
  patch: "changed",
  delete: "deleted",
  deletecollection: "deleted",
};
/** Also an update and a server-side apply make what is not there. */
const CREATED = 201;
const NOT_FOUND = 404;
const isWrite = ({ verb }: Event): boolean => verb in DID;

const Subject = z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() });
const Body = z.object({
  roleRef: z.object({ kind: z.string(), name: z.string() }).optional().catch(undefined),
  subjects: z.array(Subject).optional().catch(undefined),
});
const DeleteOptions = z.object({ dryRun: z.array(z.string()).default([]) });
/** More are not told of. */
const SUBJECTS = 5;

/** A deletion that came after another. */
const foundNoBinding = ({ verb, objectRef, responseStatus }: Event, { namespace }: Grounds): boolean =>
  verb === "delete" &&
  responseStatus?.code === NOT_FOUND &&
  objectRef !== undefined &&
  whatIs(objectRef, namespace) === "binding";

/** Also what came too late for its answer may have been done: whoever asks can name a timeout of milliseconds. */
const isUnsure = (code: number): boolean => code === 0 || code > 499;

/** Null: it changed nothing that matters here. */
function writeIn(event: Event, { namespace }: Grounds): ObservedWrite | null {
  const { verb, objectRef, user, impersonatedUser, sourceIPs, userAgent } = event;
  const code = event.responseStatus?.code ?? 0;
  const did = code === CREATED && isWrite(event) ? "made" : DID[verb];
  const what = objectRef && whatIs(objectRef, namespace);
  if (!did || !what || (!isUnsure(code) && (code < 200 || code > 299))) return null;
  if (isTried(event, what)) return null;
  const body = Body.safeParse(event.requestObject).data;
  const role = what === "binding" && body?.roleRef?.kind === "ClusterRole" ? body.roleRef.name : undefined;
  const text = (one: string) => one.slice(0, LONGEST);
  return {
    ...{ at: receivedAt(event), event: nameOf(event), did, what, name: objectRef.name.slice(0, 253) },
    ...{ who: text(user.username), address: text(sourceIPs[0] ?? ""), agent: text(userAgent) },
    ...(impersonatedUser && { as: text(impersonatedUser.username) }),
    ...(role !== undefined && { clusterRole: text(role) }),
    ...(what === "binding" && subjectsIn(body?.subjects)),
    ...(isUnsure(code) && { unsure: true as const }),
  };
}

const subjectsIn = (all: ObservedWrite["subjects"]) =>
  all && {
    subjects: all.slice(0, SUBJECTS),
    ...(all.length > SUBJECTS && { moreSubjects: all.length - SUBJECTS }),
  };

/** What may have been done is told: whoever does it writes the request. */
function isTried(event: Event, what: ObservedWrite["what"]): boolean {
  // Of a token it is ignored.
  if (what === "token") return false;
  if (!event.verb.startsWith("delete")) return isDry(event);
  // A body takes the place of the query; of accounts the policy does not ask for it.
  if (event.requestObject === undefined) return what === "binding" && isDry(event);
  return DeleteOptions.safeParse(event.requestObject).data?.dryRun.includes("All") ?? false;
}

function whatIs(
  { apiGroup, resource, subresource, namespace: of }: NonNullable<Event["objectRef"]>,
  namespace: string,
): ObservedWrite["what"] | null {
  if (resource === "clusterrolebindings" && apiGroup === "rbac.authorization.k8s.io" && !subresource)
    return "binding";
  if (resource !== "serviceaccounts" || of !== namespace) return null;
  if (subresource === "token") return "token";
  return subresource ? null : "account";
}
