/** What the flows need from outside. Adapters implement these; the flows know nothing else. */

import type { Catalog } from "../domain/catalog.ts";
import type { Clock } from "../domain/clock.ts";
import type { Face, Slot } from "../domain/faces.ts";
import type { Principal, RequestId, UserId } from "../domain/ids.ts";
import type { Person, Profile } from "../domain/person.ts";
import type { AccessRequest, Failure, Grant, In, Sent } from "../domain/request.ts";
import type { Secret } from "../domain/secret.ts";

export type { Clock };

/** Requests: records in Redis, changed by compare-and-swap only. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface Requests {
  /**
   * Stores a new record and reserves its trigger and `open:{requester}:{role}` in one atomic call.
   * `trigger`: this very command was taken before (redelivered). `open`: the person has one for the role.
   */
  make(request: In<"requested">, triggerId: string): Promise<Made>;
  get(id: RequestId): Promise<AccessRequest | null>;
  /** In the order asked; null where there is none. A record that cannot be read keeps nobody from the others. */
  getMany(ids: readonly RequestId[]): Promise<(AccessRequest | "unreadable" | null)[]>;
  /**
   * Compare-and-swap, again and again until it lands: `change` is pure, and returns the record to store, or null
   * when there is nothing to do. Resolves to the stored record (or, for null, to the one read).
   * What `change` throws comes out unchanged. Throws Refused(unknown-request).
   */
  update(id: RequestId, change: (request: AccessRequest) => AccessRequest | null): Promise<AccessRequest>;
  /** Stores a record the hub knows and Redis lost; false when there is one. */
  adopt(request: In<"active">): Promise<boolean>;
  /** The person's requests that are not final, oldest first. */
  open(person: UserId): Promise<AccessRequest[]>;
  /** All that is not settled (see faces.ts), in batches. */
  unsettled(): AsyncIterable<AccessRequest[]>;
  /** Adds and removes a key: Redis answers and takes writes. */
  ping(): Promise<void>;
}

export type Made =
  | { made: true; request: In<"requested"> }
  | { made: false; taken: "trigger" | "open"; request: AccessRequest };

/** What makes a grant's objects ours, and finds them: every name and label comes from it. */
export type GrantKey = Pick<AccessRequest, "id" | "role" | "generation">;

/** A grant as the hub alone knows it. */
export interface GrantObjects {
  key: GrantKey;
  account: {
    uid: string;
    createdAt: number;
    /** It was deleted, and something (a finalizer) holds it. */
    deleting: boolean;
    annotations: GrantAnnotations | null;
  } | null;
  binding: { uid: string } | null;
  /** Something stands under the grant's name that is neither labelled as this grant's nor of the recorded uid. */
  foreign: boolean;
}

/** The account's annotations: enough to end, and to tell whose it was, when Redis has lost everything. */
export interface GrantAnnotations {
  requester: Person;
  clusterRole: string;
  approvedBy: Person | "policy";
  /** By what they may approve, as in Decision. */
  qualified: string;
  reason: string;
  approvedAt: number;
  expiresAt: number;
  /** Where the message stands that shows the token; null until `annotate` said so. */
  tokenMessage: { channel: string; ts: string } | null;
}

/** What is added to the annotations, or changes, after the account was made. */
export interface MoreAnnotations {
  tokenMessage?: { channel: string; ts: string };
  expiresAt?: number;
}

/** As recorded: an object of this uid is the grant's although its labels were stripped. */
export type Uids = Partial<Pick<Grant, "accountUid" | "bindingUid">>;

/**
 * The hub's objects of our own instance. Every call takes at most 5 s once it is its turn and stops at `signal`. Each
 * throws HubError (asking again later may help) when the hub does not answer; a proxy's answer is none of the hub's.
 */
export interface Grants {
  /**
   * ServiceAccount and ClusterRoleBinding, side by side; what exists is compared, never assumed. Throws GrantFailed,
   * on the hub's own refusal only.
   */
  create(
    request: In<"approved" | "delivering">,
    signal: AbortSignal,
  ): Promise<{ accountUid: string; bindingUid: string }>;
  /** A token for `ms` (at least the API's 10 minutes). `expiresAt` is on the hub's clock. */
  mint(key: GrantKey, ms: number, signal: AbortSignal): Promise<{ token: Secret; expiresAt: number }>;
  /** Asks the dashboard's login on a fresh connection: `unbound` is 403, `refused` 401, both by the hub itself. */
  check(token: Secret, signal: AbortSignal): Promise<"good" | "unbound" | "refused">;
  /**
   * Resolves when the hub tells tokens apart: it refuses a made-up one, takes the bot's own, and RBAC is on. Callers
   * within 1 s share one look. Throws NotEnforcing when it lets anybody in.
   */
  assertEnforcing(signal: AbortSignal): Promise<void>;
  /** Only what is ours; absent is fine. */
  removeBinding(key: GrantKey, uids: Uids, signal: AbortSignal): Promise<void>;
  /** Only what is ours, by its uid; absent is fine. It may stand on: see `deleting`. */
  removeAccount(key: GrantKey, uids: Uids, signal: AbortSignal): Promise<void>;
  /** What stands under this key now, read with the bot's own credential. */
  find(key: GrantKey, uids: Uids, signal: AbortSignal): Promise<GrantObjects>;
  /** Whether nothing at all stands under the grant's name, whosever: by lists of that name, which no proxy answers. */
  isAbsent(key: GrantKey, signal: AbortSignal): Promise<boolean>;
  /** Everything of our instance, by label; what cannot be read is left out. */
  list(signal: AbortSignal): Promise<GrantObjects[]>;
  /** Adds to the account's annotations; no account of ours is fine. */
  annotate(key: GrantKey, more: MoreAnnotations, signal: AbortSignal): Promise<void>;
}

export const JOBS = ["vet", "provision", "draw", "lapse", "remind", "end"] as const;
export type JobName = (typeof JOBS)[number];

/** Jobs are hints to look at a record: losing one costs time, never truth. */
export interface Jobs {
  /** `due`: ms since the epoch. `key` tells two jobs of one name and request apart (a due time or a version). */
  add(name: JobName, id: RequestId, due: number, key: string | number): Promise<void>;
}

/** What a flow answers to the worker: done, or look again at that time (ms since the epoch). */
export type Later = { again: number } | undefined;

/** Slack messages, drawn from the record. A DM is opened first when needed. */
export interface Notifier {
  /** Posts the slot's face. `ts: ""` in the answer: Slack will never deliver it (DM closed, person gone, channel left). */
  post(request: AccessRequest, slot: Slot, face: Face): Promise<Sent>;
  redraw(request: AccessRequest, slot: Slot, face: Face, sent: Sent): Promise<void>;
  /** Adds the token to the posted token message by an edit. */
  showToken(request: In<"delivering">, sent: Sent, token: Secret): Promise<void>;
}

/** The workspace's people, read fresh at every call. Throws when Slack does not answer. */
export interface Directory {
  person(id: UserId): Promise<Profile>;
  /** The first principal through which the person qualifies (their own id, or a group they are in), or null. */
  qualifies(id: UserId, principals: readonly Principal[]): Promise<Principal | null>;
  /** Whether any member other than `but` is among the principals. */
  anyoneBut(but: UserId, principals: readonly Principal[]): Promise<boolean>;
}

/** One holder a name across all replicas, renewed while held. */
export interface Lease {
  /** Runs `work` holding it; null when someone else holds it. The signal aborts before the lease could be lost. */
  hold<T>(name: string, work: (signal: AbortSignal) => Promise<T>): Promise<{ done: T } | null>;
}

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What the catalog and its settings say; fixed for the life of the process. */
export interface Policy {
  roles: Catalog;
  admins: readonly Principal[];
  /** Lead times of reminders, ms, longest first. */
  reminders: readonly number[];
  /** SHA-256 of all of it. */
  digest: string;
}

export interface Ports {
  requests: Requests;
  grants: Grants;
  jobs: Jobs;
  notifier: Notifier;
  directory: Directory;
  lease: Lease;
  clock: Clock;
  log: Log;
  policy: Policy;
  /** Five random bytes. */
  random(): Uint8Array;
}

/** Redis refused or was unreachable before anything could have been stored. */
export class StoreDown extends Error {
  override name = "StoreDown";
}

/** The answer of Redis was lost: what was asked may have been stored. */
export class StoreUnsure extends Error {
  override name = "StoreUnsure";
}

/** This grant cannot be made, and trying again changes nothing. */
export class GrantFailed extends Error {
  override name = "GrantFailed";
  readonly failure: Failure;
  constructor(failure: Failure, detail: string) {
    super(detail);
    this.failure = failure;
  }
}

/** The hub does not tell tokens apart: no token and no end means anything there. */
export class NotEnforcing extends Error {
  override name = "NotEnforcing";
  readonly reason: "rbac-off" | "takes-any-token";
  constructor(reason: NotEnforcing["reason"]) {
    super(
      reason === "rbac-off"
        ? "RBAC is off on the hub: every caller may do everything"
        : "the hub accepts a token that was made up",
    );
    this.reason = reason;
  }
}

export type { AccessRequest, Grant, In, Sent };
