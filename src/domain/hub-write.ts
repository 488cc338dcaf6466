/** Whose a write on the hub is that bears no name of the bot's own, and whether anybody need be told of it. Pure. */
import { MINUTE, SECOND } from "./duration.ts";
import { formerOf } from "./former.ts";
import type { ObservedWrite, OwnWrites } from "./hub-signs.ts";
import type { AccessRequest } from "./request.ts";

export interface WriteScope {
  /** Of the catalog. */
  clusterRoles: readonly string[];
  /** The bot's own ClusterRole. */
  botRole: string;
  /** hub.known */
  known: readonly string[];
  /** The instance's own account. */
  instanceAccount: string;
  /** Whether setup calls an account of the bot so. */
  isBotAccount(one: { namespace?: string | undefined; name: string }): boolean;
}

/** What is known besides when it is judged. */
export interface WriteFacts {
  /** The grant that is called as the object is, and its record. */
  grant: { generation: number; request: AccessRequest | null } | null;
  /** Which role the binding gave that was made under this name, as far as anybody heard. */
  gave: string | null;
  own: OwnWrites | null;
  /** hub.instances has the bot that did it. */
  isNamedBot: boolean;
}

/** `wait`: its record may be written a moment later. */
export type WriteVerdict = "nothing" | "wait" | "others" | "as-bot";

/** So long a record may come after the write: the hub alone ends what is over while Redis is away, and a sweep finds it. */
export const RECORD_LATE_MS = 90 * SECOND;
/** The bot's heartbeat bears its name, so that one comes every two minutes where names reach the hub's audit log. */
const NAMED_WITHIN_MS = 10 * MINUTE;
/** Of a later one only the latest is known, and what is not told yet waits for it: ten minutes where more of theirs was told. */
const NAMED_SINCE_MS = 30 * MINUTE;
/** So long the next one may take. */
const NAME_LATE_MS = 5 * MINUTE;

const HUB_ITSELF = "system:apiserver";

export function judgeWrite(
  write: ObservedWrite,
  facts: WriteFacts,
  scope: WriteScope,
  now: number,
): WriteVerdict {
  if (write.who === HUB_ITSELF || facts.isNamedBot || !matters(write, facts, scope)) return "nothing";
  if (!isBot(write.who, facts, scope)) return "others";
  // Where something before the hub takes the names off, nothing tells the bot from who has its credential.
  if (!areNamed(write, facts)) return now < write.at + NAME_LATE_MS ? "wait" : "nothing";
  if (fits(write, facts)) return "nothing";
  if (write.what === "account" && write.name === scope.instanceAccount && write.did !== "deleted")
    return "nothing";
  const isLate = write.did === "deleted" && facts.grant !== null;
  return isLate && now < write.at + RECORD_LATE_MS ? "wait" : "as-bot";
}

const areNamed = ({ at }: ObservedWrite, { own }: WriteFacts): boolean =>
  own !== null && at - own.at < NAMED_WITHIN_MS && own.at - at < NAMED_SINCE_MS;

/** Accounts and tokens always do; bindings by what they give, as far as that is known. */
function matters(write: ObservedWrite, { grant, gave }: WriteFacts, scope: WriteScope): boolean {
  // Where controllers run, each namespace has one of that name.
  if (write.what === "account" && write.did === "made") return write.name !== "default";
  if (write.what !== "binding") return true;
  const { name, did, subjects = [], moreSubjects = 0 } = write;
  if (name === "" || grant) return true;
  // What a patch made is told without its role, and what one of that name gave before says nothing of it.
  const mayBeNew = did === "made" || (did === "changed" && write.unsure === true);
  const clusterRole = write.clusterRole ?? (mayBeNew ? null : gave);
  if (clusterRole === null) return mayBeNew;
  const accounts = subjects.filter(({ kind }) => kind === "ServiceAccount");
  const areAll = (found: readonly object[]) =>
    did !== "deleted" && found.length === subjects.length + moreSubjects && found.length > 0;
  if (clusterRole === scope.botRole) return !areAll(accounts.filter(scope.isBotAccount));
  const known = accounts.filter((one) => scope.known.includes(`${one.namespace}/${one.name}`));
  return scope.clusterRoles.includes(clusterRole) && !areAll(known);
}

function isBot(
  who: string,
  { own }: Pick<WriteFacts, "own">,
  scope: Pick<WriteScope, "isBotAccount">,
): boolean {
  if (who === own?.who) return true;
  const account = accountOf(who);
  return account !== null && scope.isBotAccount(account);
}

/** Null for what is no ServiceAccount. */
export function accountOf(who: string): { namespace: string; name: string } | null {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(who) ?? [];
  return namespace !== undefined && name !== undefined ? { namespace, name } : null;
}

/** Whether the bot does just that with this grant: so may one that has not the secret, at somebody's command line. */
function fits(write: ObservedWrite, { grant }: WriteFacts): boolean {
  const r = grant?.request;
  if (!grant || !r || !("decision" in r) || grant.generation > r.generation) return false;
  if (write.did === "deleted") return isGoing(r, grant.generation, write.at);
  // A token is all that a thief needs, and nothing of it or of a change tells whose it is.
  if (write.what === "token" || write.did === "changed") return false;
  if (write.what === "binding" && !givesTheSame(write, r)) return false;
  return write.at <= goneAt(r, grant.generation);
}

const givesTheSame = ({ name, clusterRole, subjects = [] }: ObservedWrite, r: AccessRequest): boolean =>
  clusterRole === r.clusterRole && subjects.length === 1 && subjects[0]?.name === name;

const isGoing = (r: AccessRequest, generation: number, at: number): boolean =>
  r.state === "ending" ||
  r.state === "ended" ||
  generation < r.generation ||
  ("expiresAt" in r && r.expiresAt <= at);

function goneAt(r: AccessRequest, generation: number): number {
  const former = formerOf(r).find((one) => one.generation === generation);
  const verification = former ? former.verification : r.state === "ended" ? r.verification : undefined;
  return verification?.at ?? Number.POSITIVE_INFINITY;
}
