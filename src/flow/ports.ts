/** What the flows need from outside. Adapters implement these; the flows know nothing else. */
import type { Alarm } from "../domain/alarm.ts";
import type { Allowance } from "../domain/allowance.ts";
import type { LastLook } from "../domain/anonymous.ts";
import type { Attempt, TriedStep } from "../domain/attempt.ts";
import type { LastCanary } from "../domain/canary.ts";
import type { Clock } from "../domain/clock.ts";
import type { Delivery, TokenView } from "../domain/delivery.ts";
import type { DirectoryLook, Looked } from "../domain/directory-look.ts";
import type { EndedOnHub } from "../domain/ended-on-hub.ts";
import type { Doubt, RestoreConfirmed, Risen, SeenEpoch, StoredEpoch } from "../domain/epoch.ts";
import type { ForeignObject } from "../domain/foreign-object.ts";
import type { Hold } from "../domain/hold.ts";
import type { Home, NoHome } from "../domain/home.ts";
import type { AllowanceId, GroupId, Principal, RequestId, UserId } from "../domain/ids.ts";
import type { Due, Step } from "../domain/lifecycle.ts";
import type { Lockdown, StoredLockdown } from "../domain/lockdown.ts";
import type { MassEnd } from "../domain/mass-end.ts";
import type { MessageKey, Shown, Shows } from "../domain/message-key.ts";
import type { OutsideCheck, OutsideWord } from "../domain/outside-check.ts";
import type { OutsideQuestion } from "../domain/outside-question.ts";
import type { Person, Profile } from "../domain/person.ts";
import type { Policy } from "../domain/policy-file.ts";
import type { Limits } from "../domain/policy-rule.ts";
import type { Refusal } from "../domain/refusal.ts";
import type { AccessRequest, End, Failure, Grant, In, Outage, Recorded, Sent } from "../domain/request.ts";
import type { AskedRight, Rights } from "../domain/rights.ts";
import type { SealHead, Witnessed } from "../domain/seal.ts";
import type { Secret } from "../domain/secret.ts";
import type { TrailStep } from "../domain/step.ts";
import type { Tally } from "../domain/tally.ts";
import type { Coverage, HubTold, Use } from "../domain/use.ts";

/** Requests: records in Redis, changed by compare-and-swap only. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface Requests {
  /**
   * Stores a new record and reserves its trigger and `open:{requester}:{role}` in one atomic call.
   * Throws Refused(locked-down), tested by the same call.
   * `trigger`: this very command was taken before (redelivered). `open`: the person has one for the role. `window`: one
   * of the person's has a part of the same time for the role. `review`: the
   * person's last emergency is not reviewed yet, and this is one more. `over`: the person is at one of the limits, which
   * are counted by the same call.
   * A reservation outlives its request's own time by an hour at most. Throws Unreadable of what is taken.
   */
  make(request: In<"requested">, triggerId: string, limits?: Limits): Promise<Made>;
  /** Throws Unreadable. */
  get(id: RequestId): Promise<AccessRequest | null>;
  /** As this replica saw it last, without a look: for what is asked beside one. Null where it did not, or long ago. */
  lately(id: RequestId): Promise<AccessRequest | null>;
  /** In the order asked; null where there is none. A record that cannot be read keeps nobody from the others. */
  getMany(ids: readonly RequestId[]): Promise<Recorded[]>;
  /** As getMany, but each is read where it is asked for: of many that are looked at one by one, none is held. */
  getEach(ids: readonly RequestId[]): Promise<(() => Recorded)[]>;
  /**
   * Compare-and-swap, again and again until it lands: `change` is pure, and returns the record to store, or null
   * when there is nothing to do; `after` is then what was read. What `change` throws comes out unchanged.
   * `replicated`: a replica of Redis, where there is one, has it too before this resolves.
   * `along`: called when the change is on its way, and before it is known whether it lands: what it asks of Redis needs
   * no way of its own, and must do no harm where the change does not land, and another is tried.
   * A change of the role takes the reservation along; a decision takes its window (window.ts), and its place among the
   * grants that `limits` let the person have at a time. What leads to access (lifecycle.ts) is refused under a lockdown,
   * in the same call. Throws Refused(unknown-request, held-already, window-taken, too-many-grants, locked-down), Unreadable.
   */
  update(
    id: RequestId,
    change: Change,
    options?: { replicated?: boolean; limits?: Limits; along?: (sent: Updated) => void },
  ): Promise<Updated>;
  /** Stores a record the hub knows and Redis lost; false when there is one. */
  adopt(request: In<"active">): Promise<boolean>;
  /** The person's requests that are not final, oldest first. Throws Unreadable where none but such may be live. */
  open(person: UserId): Promise<AccessRequest[]>;
  /** What the person took in an emergency, while two others have not reviewed it. */
  unreviewed(person: UserId): Promise<AccessRequest | null>;
  /** What the person asked for somebody else and still waits, for its approval or its time, oldest first. */
  askedFor(person: UserId): Promise<AccessRequest[]>;
  /** What the person asked for in the last 30 days, and what is open of earlier, as far as it can be read. */
  recent(person: UserId): Promise<AccessRequest[]>;
  /** All that is not settled (see messages.ts), in batches; `known`: of whom the reader knows already. */
  unsettled(known?: ReadonlyMap<RequestId, unknown>): AsyncIterable<AccessRequest[]>;
  /** Adds and removes a key: Redis answers and takes writes. */
  ping(): Promise<void>;
}

export type Change = (request: AccessRequest) => AccessRequest | null;

export interface Updated {
  before: AccessRequest;
  after: AccessRequest;
}

/** What was allowed beforehand, in Redis until a day after the last that may have passed by it is over. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface Allowances {
  /**
   * Stores a new one, in one atomic call with its trigger. `trigger`: this very command was taken before. `waiting`:
   * the same is asked for already, and waits for others to allow it too.
   */
  make(allowance: Allowance, triggerId: string): Promise<AllowanceMade>;
  /** Null where there is none, or none that can be read. */
  get(id: AllowanceId): Promise<Allowance | null>;
  /** As Requests.update. Throws Refused(unknown-allowance), and what `change` throws. */
  update(
    id: AllowanceId,
    change: (allowance: Allowance) => Allowance | null,
    options?: { replicated?: boolean },
  ): Promise<Allowance>;
  /** The person's, also those that are over since less than a day. */
  of(person: UserId): Promise<Allowance[]>;
  /** Everybody's, likewise; the first to end first. */
  all(): Promise<Allowance[]>;
}

/** Many requests at once, by indexes that follow the trail: each as its record stands. Each throws StoreDown, ListsBehind. */
export interface Lists {
  /** What waits for approval, of these roles; the first to close first. */
  waiting(roles: readonly string[]): Promise<AccessRequest[]>;
  /** What was taken in an emergency and is not reviewed yet. */
  unreviewed(): Promise<AccessRequest[]>;
  /** A page of what is granted and has not ended yet; the first to end first. */
  live(
    roles: readonly string[] | "all",
    page: { after?: Cursor | undefined; count: number },
  ): Promise<LivePage>;
  /** What the person asked for, or somebody asked for them, as far as anything happened to it since; the latest first. */
  past(person: UserId, since: number): Promise<RequestId[]>;
  /** What the trail tells of each, oldest first; nothing of what it does not know. */
  stories(ids: readonly RequestId[]): Promise<TrailStep[][]>;
  /** What people tried with it and may not, oldest first. */
  tried(id: RequestId): Promise<TriedStep[]>;
  /** Brings the lists up to date with the trail, which each reader does as well. */
  follow(): Promise<void>;
}

/** What people tried and may not, on the trail. */
export interface Attempts {
  /** The same once an hour, and so many of one person (domain/attempt.ts). Throws StoreDown, StoreUnsure. */
  note(attempt: Attempt): Promise<void>;
}

/** A place in a list by time. */
export interface Cursor {
  at: number;
  id: RequestId;
}

export interface LivePage {
  shown: { request: AccessRequest; at: Cursor }[];
  /** Of all there are. */
  total: number;
}

export interface AllowanceMade {
  made: boolean;
  allowance: Allowance;
}

/** What a completed sweep tells all replicas. */
export interface Swept {
  /** In Slack's words, why cards of live requests stand nowhere. */
  cardsRefused: readonly string[];
  tally: Tally;
  /** When it was completed, and how long it took, ms. */
  at: number;
  tookMs: number;
}

/** What is known of it: nothing before the first one, and less where another version completed it. */
export interface LastSweep extends Omit<Swept, "at" | "tookMs"> {
  at: number | null;
  tookMs: number | null;
  count: number;
}

/** The canary's last run, by any replica. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface Canaries {
  last(): Promise<LastCanary | null>;
  save(one: LastCanary): Promise<void>;
}

/** What the hub's audit log tells of the use of grants, of all replicas together. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface Evidence {
  /**
   * Counts each request once, however often and to whomever it is told; of requests that Redis does not know, none.
   * Resolves to whose use is another since, when a replica of Redis, where there is one, has it too.
   */
  take(told: HubTold): Promise<RequestId[]>;
  /** What the hub told of around then is not known. Resolves as take. */
  missed(at: number): Promise<void>;
  /** In the order asked. */
  uses(ids: readonly RequestId[]): Promise<Use[]>;
  /** What its requests took that not everybody with a grant may do; null where that is not known of each. */
  rights(id: RequestId): Promise<AskedRight[] | null>;
  /** Whoever asks for them no more. */
  forgetRights(id: RequestId): Promise<void>;
  coverage(): Promise<Coverage>;
  /** That a heartbeat goes to the hub. */
  beat(at: number): Promise<void>;
  /** All that a sweep found of others' bindings: of a deletion the hub tells the name alone. */
  gives(bindings: readonly { name: string; clusterRole: string }[]): Promise<void>;
}

/** The last look at what the hub gives without a token, by any replica. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface AnonymousLooks {
  last(): Promise<LastLook | null>;
  save(one: LastLook): Promise<void>;
}

/** Sweeps of all replicas together. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface Sweeps {
  completed(found: Swept): Promise<void>;
  /** The last one, and how many were completed so far. */
  last(): Promise<LastSweep>;
}

export type Made =
  | { made: true; request: In<"requested"> }
  | { made: false; taken: "trigger" | "open" | "window" | "review"; request: AccessRequest }
  /** `againAt`: when one more may be asked for, where it is the requests of an hour that are too many. */
  | { made: false; over: "grants" }
  | { made: false; over: "requests"; againAt: number };

/** The epoch in Redis. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface Epochs {
  read(): Promise<StoredEpoch>;
  /** Compare-and-swap; false when it is another than was `seen` by now, or knows of less. `confirmed`: comes to the trail with it. */
  raise(seen: SeenEpoch, to: Risen, confirmed?: RestoreConfirmed): Promise<boolean>;
  /** The same of a Redis that is behind, before the hub is told; the epoch stays. */
  note(seen: StoredEpoch, doubt: Doubt): Promise<boolean>;
}

/** The lockdown in Redis. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface Lockdowns {
  read(): Promise<StoredLockdown>;
  /**
   * What it ends begins in the same call. The one that stands then: another where one stood already, and null where one
   * as late was lifted.
   */
  set(lockdown: Lockdown, ends: MassEnd): Promise<Lockdown | null>;
  /** With it is stored that the channel is to be told. False when another stands, or none. */
  lift(lockdown: Lockdown, by: Omit<Lockdown, "at">): Promise<boolean>;
}

/** What is being ended at once, in Redis. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface MassEnds {
  /** Nothing where there is one of that id. */
  begin(one: MassEnd): Promise<void>;
  open(): Promise<MassEnd[]>;
  /** By whoever holds its lease. */
  save(one: MassEnd): Promise<void>;
  close(id: string): Promise<void>;
}

/** Its one message, in the approvals channel. */
export interface MassEndNotifier {
  /** Throws PostRefused, PostUnanswered, or anything else when nothing was posted. */
  post(one: MassEnd): Promise<Place>;
  /** A message that is gone, or that nobody can edit, is left. Throws when it may be redrawn later. */
  redraw(one: MassEnd, at: Place): Promise<void>;
  /** That a lockdown is over. Throws as `post`. */
  unlocked(lockdown: Lockdown, by: Omit<Lockdown, "at">): Promise<void>;
}

/** Seals of the trail. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface Seals {
  /** The newest. */
  head(): Promise<SealHead | null>;
  /** Whether the newest comes of this very seal: by the hashes between them, or of one that names it as lost. */
  follows(newest: SealHead, seal: SealHead): Promise<boolean>;
  /**
   * Seals all entries since the newest one; resolves to the newest made, null where there was nothing to seal. `gap`:
   * a seal that Redis lost, which the next one names, and none after that.
   */
  add(gap: SealHead | null): Promise<SealHead | null>;
  /** Whether something came that neither this seal nor one before it lists; null: whether anything did. */
  isLeft(seal: SealHead | null): Promise<boolean>;
  /** What is older than the trail is kept goes, by whole seals. */
  trim(): Promise<void>;
}

/** What keeps the trail sealed. */
export interface SealKeeping {
  seals: Seals;
  anchor: Anchor;
  /**
   * Posts the newest where people keep it; null where nobody asked for that. Throws PostRefused, PostUnanswered, or
   * anything else when nothing was posted.
   */
  checkpoint: ((newest: Witnessed) => Promise<unknown>) | null;
}

/** What the hub remembers. The epoch is Infinity where it cannot be read. */
export interface Anchored {
  epoch: number;
  lockdown: Lockdown | null;
  /** Null also where it cannot be read. */
  seal: SealHead | null;
  /** By operators, while Redis was away. */
  ended: readonly EndedOnHub[];
  /** Of the object that bears it. */
  version: string;
}

/** What an instance remembers on the hub. Throws TroubleOutside. */
export interface Anchor {
  /** Null when the hub remembers nothing. Throws also where a lockdown cannot be read: that is no permission. */
  read(signal: AbortSignal): Promise<Anchored | null>;
  /** Only what is named. False when somebody was faster since `from` was read. */
  write(
    what: Partial<Pick<Anchored, "epoch" | "lockdown" | "seal" | "ended">>,
    from: Anchored | null,
    signal: AbortSignal,
  ): Promise<boolean>;
}

/** What operators ended on the hub while Redis was away. Each throws TroubleOutside. */
export interface HubEnds {
  /** Why each ended that was ended so, as the hub had it a second ago at most; and each whose end this process began. */
  all(): Promise<ReadonlyMap<RequestId, End>>;
  /** The latter alone, whatever becomes of the hub. */
  begun(): ReadonlyMap<RequestId, End>;
  /** The same of one, without going through all; null where nobody ended it so. */
  of(id: RequestId): Promise<End | null>;
  remember(one: EndedOnHub): Promise<void>;
}

export interface LockdownSet {
  /** The one that stands. */
  lockdown: Lockdown;
  inRedis: boolean;
  /** It stood before. */
  before: boolean;
}

/** Keeps Redis and hub agreed on the lockdown (keep-lockdown.ts). */
export interface LockdownKeeper {
  /** As Redis has it. Throws StoreDown. */
  standing(): Promise<Lockdown | null>;
  /** As the hub has it. Throws TroubleOutside. */
  onHub(): Promise<Lockdown | null>;
  /** Of Redis and hub together, before anything is granted: a Redis that lost it has learnt it. Throws StoreDown, TroubleOutside. */
  look(): Promise<Lockdown | null>;
  /** Each is told what only the other knows; false where that has to be tried again. Never rejects. */
  settle(): Promise<boolean>;
  /** In Redis, where it answers; the one that stands then. */
  set(lockdown: Lockdown): Promise<LockdownSet>;
  /** The hub is told; false where it does not answer. Never rejects. */
  tell(lockdown: Lockdown): Promise<boolean>;
  /** In Redis; the hub forgets it at the next settling. False when another stands, or none. Throws StoreDown, StoreUnsure. */
  lift(lockdown: Lockdown, by: Omit<Lockdown, "at">): Promise<boolean>;
}

/** Keeps Redis and hub agreed, and says whether they are (keep-epoch.ts). */
export interface EpochKeeper {
  /** Redis as it is now against the hub as it was a second ago at most; null while new grants are held back. Throws StoreDown, TroubleOutside. */
  look(): Promise<Pick<StoredEpoch, "before"> | null>;
  /** As last looked at. */
  before(): number;
  /** Raises the epoch where it is due, and tells the hub what it does not know. Never rejects. */
  settle(): Promise<void>;
  /** An administrator goes on with a Redis that is behind, and stands on the trail for it; false when it is not, or not behind that `epoch` (null: any). Throws StoreDown, StoreUnsure, TroubleOutside. */
  confirm(epoch: number | null, by: Pick<RestoreConfirmed, "who" | "qualified">): Promise<boolean>;
}

/** What makes a grant's objects ours, and finds them: every name and label comes from it. */
export type GrantKey = Pick<AccessRequest, "id" | "role" | "generation">;

/** A grant as the hub alone knows it. */
export interface GrantObjects {
  key: GrantKey;
  account: {
    uid: string;
    createdAt: number;
    /** It is deleted, and something (a finalizer) holds it all the same. */
    deleting: boolean;
    /** When it is over; of its own, whatever else its annotations lack. */
    expiresAt: number | null;
    annotations: GrantAnnotations | null;
  } | null;
  binding: {
    uid: string;
    /** It gives something else, or to somebody else, than it was made for. */
    altered?: true;
  } | null;
  /** What the binding gives, and to whom, where it was looked at by itself. */
  bound?: ForeignObject | undefined;
  /** Something stands under the grant's name that is not this grant's. */
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
  /** When it was to begin, where that was said. */
  startsAt?: number | undefined;
  expiresAt: number;
  /** Where the message stands that bears the token, or shows one at a click; null until `annotate` said so. */
  tokenMessage: { channel: string; ts: string } | null;
  delivery?: Delivery | undefined;
  /** Of a token that outlives the access. */
  tokenExpiresAt?: number | undefined;
  /** For how long it was approved, where its end does not say so. */
  duration?: number | undefined;
  /** As in Grant. */
  signedBy?: string | undefined;
}

/** What is added to the annotations, or changes, after the account was made. */
export interface MoreAnnotations {
  tokenMessage?: { channel: string; ts: string };
  expiresAt?: number;
  delivery?: Delivery | undefined;
  tokenExpiresAt?: number | undefined;
  duration?: number | undefined;
  signedBy?: string | undefined;
}

/** Something of a grant went, or changed, while it was watched; whoever did it. */
export interface GrantChange extends Pick<GrantKey, "id" | "generation"> {
  /** Of the account or the binding. */
  uid: string;
}

/** One kind of our objects on the hub, watched. */
export interface GrantWatch {
  /** Looks until the hub ends the watch, which is within a minute or so. Throws TroubleOutside, or the signal's reason. */
  run(told: GrantWatchTold, signal: AbortSignal): Promise<void>;
}

export interface GrantWatchTold {
  change(change: GrantChange): void;
  /** It is watched again, and what came in between only a look at everything shows. */
  missed(): void;
}

/** As recorded when they were made: an object of this uid is the grant's although its labels are gone. */
export type Uids = Partial<Pick<Grant, "accountUid" | "bindingUid">>;

export interface GrantMade {
  accountUid: string;
  bindingUid: string;
  /** Where a token of this account was shown, or was to be: by an earlier try, which this Redis may not know. */
  tokenMessage: Place | null;
}

export interface MintedToken {
  token: Secret;
  expiresAt: number;
  /** The name of the hub's key that signed it; null where it has none. */
  signedBy: string | null;
  /** Whose it is, whatever stood under that name before; null where it does not say. */
  accountUid: string | null;
}

/** The hub's objects of our own instance. Every call takes at most 5 s and stops at `signal`. Throws TroubleOutside. */
export interface Grants {
  /**
   * ServiceAccount and ClusterRoleBinding, side by side; what exists is compared, never assumed. Throws GrantFailed.
   * `onceOurs`: begun when the account is known to be ours, while the rest may still be made or fail, and over before
   * anything is taken back; what becomes of it is for the caller to know.
   */
  create(
    request: In<"approved" | "delivering">,
    signal: AbortSignal,
    onceOurs?: () => Promise<unknown>,
  ): Promise<GrantMade>;
  /** A token for `ms` (at least the API's 10 minutes). */
  mint(key: GrantKey, ms: number, signal: AbortSignal): Promise<MintedToken>;
  /** Asks the dashboard's login, on a fresh connection unless one that was kept will do: `unbound` is 403, `refused` 401. */
  check(token: Secret, signal: AbortSignal, by?: "kept"): Promise<"good" | "unbound" | "refused">;
  /** Resolves when the hub tells tokens apart: it refuses a made-up one, takes the bot's own, and has RBAC on. */
  assertEnforcing(signal: AbortSignal): Promise<void>;
  /** Absence is success. */
  removeBinding(key: GrantKey, uids: Uids, signal: AbortSignal): Promise<void>;
  /** Absence is success. */
  removeAccount(key: GrantKey, uids: Uids, signal: AbortSignal): Promise<void>;
  /** What stands under this key now, read with the bot's own credential. */
  find(key: GrantKey, uids: Uids, signal: AbortSignal): Promise<GrantObjects>;
  /** Whether lists of the hub, asked by name, hold neither account nor binding. */
  isAbsent(key: GrantKey, signal: AbortSignal): Promise<boolean>;
  /** Everything of our instance. */
  list(signal: AbortSignal): Promise<GrantObjects[]>;
  /** All that stands of one request, of whatever role and generation. */
  standingOf(id: RequestId, signal: AbortSignal): Promise<GrantObjects[]>;
  /** What a ClusterRole gives; null where the bot cannot read it. */
  rightsOf(clusterRole: string, signal: AbortSignal): Promise<Rights | null>;
  /** Adds to the annotations of the account of this uid; that it is gone is fine. */
  annotate(key: GrantKey, uid: string, more: MoreAnnotations, signal: AbortSignal): Promise<void>;
  /**
   * The same as it is read, and at the end what gives access past us: bindings of the catalog's or the bot's own
   * ClusterRoles, and accounts among the grants', that are none of ours; null when something could not be read.
   */
  survey(signal: AbortSignal): AsyncGenerator<GrantObjects[], ForeignObject[] | null>;
}

/** Who waits for a job: a person, the clock, or a reader of messages. Each has workers of its own. */
export const LANES = ["urgent", "timers", "messages"] as const;
export type Lane = (typeof LANES)[number];

/** Jobs are hints to look at a record: losing one costs time, never truth. */
export interface Jobs {
  /** To be done at once, unless the same step of the same version waits or runs already. */
  add(lane: Lane, step: Step, id: RequestId, version: number): Promise<void>;
  /** Makes `next` the request's timer in the place of `last`. */
  setTimer(id: RequestId, last: Due | null, next: Due | null): Promise<void>;
}

/** What a flow answers to the worker: done, or look again at that time (ms since the epoch). */
export type Later = { again: number } | undefined;

/** Where a message stands in Slack. */
export type Place = Pick<Sent, "channel" | "ts">;

/** Slack messages, drawn from the record. A DM is opened first when needed. */
export interface Notifier {
  /** Throws PostRefused, PostUnanswered, or anything else when nothing was posted. */
  post(request: AccessRequest, key: MessageKey, shows: Shows, room?: RoomForToken): Promise<Place>;
  /** Looks for a post whose answer was lost; `unknown` where Slack does not let us see. Throws PostRefused where nothing can be posted there. */
  findPost(request: AccessRequest, key: MessageKey): Promise<Place | "absent" | "unknown">;
  /** `gone`: there is no such message any more, or Slack lets nobody edit it. */
  redraw(request: AccessRequest, key: MessageKey, shows: Shows, at: Place): Promise<"done" | "gone">;
  /**
   * Room for the edit that shows a token, and for the post before it, kept for some seconds, and given back when it was
   * not used; the DM is open then, where Slack lets it be. Throws SlackBusy.
   */
  roomForToken(request: AccessRequest): Promise<RoomForToken>;
  /** Adds the token to the posted message by an edit. Throws GrantFailed when nobody can ever edit it. */
  showToken(
    request: In<"delivering" | "active">,
    at: Place,
    token: Secret,
    room?: RoomForToken,
  ): Promise<void>;
  /** Deleted; where Slack refuses that for good, redrawn to one line without buttons. Throws when it may be taken later. */
  remove(request: AccessRequest, key: MessageKey, at: Place): Promise<void>;
  /**
   * Takes a token off. `edit` and `either`: edited or deleted, whichever Slack lets us now, the edit or the deletion
   * tried first unless Slack is away for long. `delete`: edited only where Slack refuses to delete it for good.
   * `refused`: Slack refuses both for good. A message that is gone is deleted.
   */
  takeTokenOff(
    request: AccessRequest,
    shows: Shown["token"],
    at: Place,
    how: "edit" | "delete" | "either",
  ): Promise<"edited" | "deleted" | { refused: string }>;
  /** The same, deleted where Slack lets us now, of a token whose record nobody need have. */
  eraseToken(
    of: Pick<AccessRequest, "id"> & Pick<Person, "locale">,
    at: Place,
  ): Promise<"edited" | "deleted" | { refused: string }>;
}

/** A view as it was opened. */
export interface OpenView {
  id: string;
  /** Slack's word for what it shows: whoever knows an older one changes nothing. */
  hash: string;
}

/** Views that show a token to its holder. */
export interface TokenViews {
  /**
   * In the place of what stood there when it was opened, and of nothing newer: what was overwritten, or is closed, stays
   * so. Throws SlackBusy when nothing was done, and anything else where that is not known.
   */
  show(request: In<"active">, view: OpenView, token: Secret, expiresAt: number): Promise<void>;
  /** It bears none from then on; that it is closed is fine. Throws when it must be tried again. */
  cover(request: AccessRequest, view: TokenView): Promise<void>;
}

/** Slack messages about an allowance: a line in the channel where its role is approved, and the person's DM. */
export interface AllowanceNotifier {
  /** Throws PostRefused, PostUnanswered, or anything else when nothing was posted. */
  post(allowance: Allowance, key: "line" | "dm"): Promise<Place>;
  /** A message that is gone, or that nobody can edit, is left. Throws when it may be redrawn later. */
  redraw(allowance: Allowance, key: "line" | "dm", at: Place): Promise<void>;
}

/** Who looked at their Home tab in the last day, and whose is outdated; known to all replicas. Never rejects: without Redis nothing is remembered. */
export interface Homes {
  opened(person: UserId): Promise<void>;
  /** It is kept up no longer, until it is opened again. */
  forget(person: UserId): Promise<void>;
  openers(): Promise<UserId[]>;
  /** These homes, and those that show these requests, are to be drawn in `ms`, where they are not sooner anyway. */
  outdated(what: readonly (UserId | RequestId)[], ms: number): Promise<void>;
  /** What is due now; no other replica is given it. */
  take(): Promise<OutdatedHomes>;
}

export interface OutdatedHomes {
  people: UserId[];
  requests: RequestId[];
}

/** The Home tab in Slack. */
export interface HomeTab {
  /** To be looked at before what it is to show is read: whoever is overtaken meanwhile draws nothing over what is newer. */
  look(person: UserId, how?: HomeLook): Promise<HomeSheet>;
}

export interface HomeLook {
  /** They have it before them now. */
  waits?: boolean;
  /** What Slack calls that which stands there; null where nothing does. */
  standing?: string | null;
}

export interface HomeSheet {
  /**
   * `again`: somebody else drew it since, or may have. `refused`: Slack takes none for this person. Throws SlackBusy,
   * TroubleOutside.
   */
  show(reader: Person, home: Home | NoHome): Promise<"shown" | "again" | "refused">;
}

export interface RoomForToken extends AsyncDisposable {
  /** Whether there is still room for this call; then it is used up. */
  use(what: "post" | "edit"): boolean;
}

/** Slack will not deliver this message as things stand: nothing was posted. */
export class PostRefused extends Error {
  override name = "PostRefused";
  readonly code: string;
  constructor(code: string) {
    super(`Slack refuses the message (${code})`);
    this.code = code;
  }
}

/** The answer to a post was lost: it may stand in Slack. */
export class PostUnanswered extends Error {
  override name = "PostUnanswered";
}

/** It was posted as often as may be, and no answer ever came. */
export class PostsLost extends PostUnanswered {
  override name = "PostsLost";
}

/** Slack asks to wait so long. */
export class SlackBusy extends Error {
  override name = "SlackBusy";
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number) {
    super(`Slack asks to wait ${retryAfterMs} ms`);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The company's service is asked so much at this moment that this question waits its turn, or whoever asked stood still meanwhile. */
export class CheckBusy extends SlackBusy {
  override name = "CheckBusy";
}

/** So many calls in any `windowMs`. */
export interface Room {
  name: string;
  most: number;
  windowMs: number;
  /** Place by place from the first call on: a burst, and then evenly. */
  refills?: boolean;
}

export interface Turn {
  /** Of this call; none other has it. */
  id: string;
  /** What it is for: whoever asks for the same again stands where they stood, and two who do have one place. */
  place: string;
  /** 0 is the most urgent. */
  rank: number;
  /**
   * Those who must wait stand in a line; with this in none: all are told to come as soon as there is room, and what is
   * less urgent leaves it to them for so long.
   */
  holdMs?: number;
}

/** Who may call now, of all replicas together. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface Turns {
  /** 0: there is room in all of them, and this call has it. Else the milliseconds until it is its turn. */
  take(rooms: readonly Room[], turn: Turn): Promise<number>;
  /** It asks in so many ms: what is less urgent leaves it room until then. */
  lineUp(rooms: readonly Room[], turn: Pick<Turn, "place" | "rank">, ms: number): Promise<void>;
  /** It calls later than its turn came. */
  callsNow(rooms: readonly Room[], id: string): Promise<void>;
  /** It did not call after all. */
  giveBack(rooms: readonly Room[], id: string): Promise<void>;
  /** Nobody calls for so long. */
  close(room: Room, ms: number): Promise<void>;
}

/** What Slack said lately, known to all replicas. Never rejects: without Redis nothing is remembered. */
export interface Memory {
  /** Null where nothing is remembered, or it was dropped since it was asked. */
  read(name: string, fields: readonly string[]): Promise<Remembered | null>;
  /** `at`: when it was asked. */
  write(
    name: string,
    what: { at: number; values: Readonly<Record<string, string>>; keepMs: number },
  ): Promise<void>;
  drop(name: string): Promise<void>;
}

export interface Remembered {
  at: number;
  values: (string | null | undefined)[];
}

/**
 * What a look-up is for. What gives access, or refuses it, rests on what is 10 s old at most; what asks others to decide,
 * on 5 min; an end, and what is only shown, on what is an hour old. `redraw`: what is shown, and nobody waits for it.
 * `watch`: whether somebody left, as of now.
 */
export type Purpose = "grant" | "decide" | "ask" | "end" | "show" | "redraw" | "watch";

/** The workspace's people. Throws SlackBusy when Slack asks to wait, and anything else when it does not answer. */
export interface Directory {
  /** `purpose`, here and below: to decide, where it is left out. */
  person(id: UserId, purpose?: Purpose): Promise<Profile>;
  /** The first principal through which the person qualifies (their own id, or a group they are in), or null. */
  qualifies(id: UserId, principals: readonly Principal[], purpose?: Purpose): Promise<Principal | null>;
  /** How many of these are members of the workspace; no more than `enough` are looked for. By what is remembered, where no purpose is given. */
  countMembers(ids: readonly UserId[], enough: number, purpose?: Purpose): Promise<number>;
  /** Who is in each; null where Slack has no such group that is enabled. */
  groups(ids: readonly GroupId[], purpose: Purpose): Promise<ReadonlyMap<GroupId, readonly UserId[] | null>>;
  /** Those who are no plain member of the workspace by the list of everybody in it: who they are, `person` says. */
  exceptMembers(ids: readonly UserId[], signal: AbortSignal): Promise<UserId[]>;
  /** Who is in it; null where Slack does not show it to the bot. */
  inChannel(channel: string): Promise<readonly UserId[] | null>;
  /** Everybody among the principals. */
  members(principals: readonly Principal[], purpose: Purpose): Promise<UserId[]>;
  /** The same as `qualifies`, by what is remembered alone; null where that does not say. Never rejects. */
  recall(id: UserId, principals: readonly Principal[]): Promise<boolean | null>;
}

/** Looks at the directory, of all replicas together. Each throws StoreDown or StoreUnsure when Redis does not answer. */
export interface Looks {
  last(): Promise<Looked>;
  /** Something changed: one more is due. */
  ask(): Promise<void>;
  keep(look: DirectoryLook): Promise<void>;
  keepPeople(at: number): Promise<void>;
}

/** Administrators: each alarm reaches them once a day at most, for all replicas together. */
export interface Admins {
  /** Resolves to whether they know of it: false also while one of them may hear it later, to whom Slack does not answer. Never rejects. */
  tell(alarm: Alarm): Promise<boolean>;
}

/** What was told already, by any replica and before any restart. */
export interface Told {
  /** Those of the keys that were not. */
  fresh(keys: readonly string[]): Promise<string[]>;
  /** Resolves to those that were not: of several who tell at once, only the first hears so. */
  remember(keys: readonly string[]): Promise<string[]>;
  /**
   * Of what is told as long as it stands: these keys of the group do now, and where they `areAll`, no others. What was told
   * of those that are gone is fresh again.
   */
  noteStanding(group: string, keys: readonly string[], of: { areAll: boolean }): Promise<void>;
}

/** The company's own service, asked before anybody approves and before a token is made. */
export interface Outside {
  /** Whatever is no answer is no allowance. Throws CheckBusy, and nothing else. */
  ask(check: OutsideCheck, question: OutsideQuestion): Promise<OutsideWord>;
}

/** One holder a name across all replicas, renewed while held. */
export interface Lease {
  /**
   * Runs `work` holding it; null when someone else holds it. The signal aborts before the lease could be lost, but for
   * whoever slept: they are to ask `assertHeld`, which throws, before they conclude anything from what failed meanwhile.
   */
  hold<T>(name: string, work: (held: Held) => Promise<T>): Promise<{ done: T } | null>;
  /** The lease named by its id, and the record as it stands when that is held. Throws Unreadable. */
  holdRequest<T>(
    id: RequestId,
    work: (request: AccessRequest | null, held: Held) => Promise<T>,
  ): Promise<{ done: T } | null>;
}

/** A lease as those have it who work under it. */
export interface Held {
  signal: AbortSignal;
  assertHeld: () => void;
  /** Its last holder did not give it back: they died, or are cut off or asleep, and something of theirs may be under way. */
  isTakenOver: boolean;
}

/** It is another's by now, or may be: whatever came of the work is theirs. */
export class LeaseLost extends Error {
  override name = "LeaseLost";
}

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What each live replica goes by, kept in Redis: a changed file reaches them apart. */
export interface Policies {
  /** What others go by and this one does not. Throws StoreDown. */
  others(): Promise<Policy[]>;
}

/** Each call throws StoreDown or StoreUnsure when Redis does not answer. */
export interface PolicyRegister extends Policies {
  /** This replica goes by it, for some seconds; to be called often. Resolves to what others go by that is another. */
  hold(policy: Policy): Promise<Policy[]>;
  /** This replica goes by nothing any more. */
  leave(): Promise<void>;
  /** Puts on the trail how it differs from what was recorded last; false when that has to be tried again. */
  record(policy: Policy): Promise<boolean>;
}

export interface Ports {
  requests: Requests;
  allowances: Allowances;
  lists: Lists;
  attempts: Attempts;
  allowanceNotifier: AllowanceNotifier;
  sweeps: Sweeps;
  /** Null where the hub does not tell, or its secret is not here. */
  evidence: Evidence | null;
  /** Whether it tells, this process or another. */
  hubTells: boolean;
  grants: Grants;
  jobs: Jobs;
  notifier: Notifier;
  tokenViews: TokenViews;
  homes: Homes;
  homeTab: HomeTab;
  directory: Directory;
  admins: Admins;
  outside: Outside;
  lease: Lease;
  told: Told;
  looks: Looks;
  /** The hub's time, as far as it is known. */
  clock: Clock;
  log: Log;
  /** As it is when it is read: its file may change at any moment. */
  policy: Policy;
  policies: Policies;
  /** Where requests are approved, save where a role says another. */
  channel: string;
  epoch: EpochKeeper;
  lockdown: LockdownKeeper;
  massEnds: MassEnds;
  hubEnds: HubEnds;
  massEndNotifier: MassEndNotifier;
  /** What holds back new grants at this moment. */
  heldBack(): Hold | null;
  /** Before each slice of work that nobody waits for: whoever waits for an answer has it first. */
  letPass(): Promise<void>;
  /** Five random bytes. */
  random(): Uint8Array;
  /** Aborts when the process stops. */
  stopping: AbortSignal;
}

/** Another version of the bot wrote this record, or it is damaged: it is left as it is, and the hub alone ends it. */
export class Unreadable extends Error {
  override name = "Unreadable";
  readonly id: RequestId;
  constructor(id: RequestId, detail: string) {
    super(`The record of request ${id} ${detail}`);
    this.id = id;
  }
}

/** Redis refused or was unreachable before anything could have been stored. */
export class StoreDown extends Error {
  override name = "StoreDown";
}

/** The answer of Redis was lost: what was asked may have been stored. */
export class StoreUnsure extends Error {
  override name = "StoreUnsure";
}

/** Redis does not answer; whether it did what was asked is another question. */
export const isStoreAway = (error: unknown): error is StoreDown | StoreUnsure =>
  error instanceof StoreDown || error instanceof StoreUnsure;

/** The lists are still being made from a long trail: what they say is not all there is. */
export class ListsBehind extends Error {
  override name = "ListsBehind";
}

/** Hub or Slack is not as it should be; trying again may help. */
export class TroubleOutside extends Error {
  override name = "TroubleOutside";
  readonly what: Outage["what"];
  constructor(what: Outage["what"], message: string) {
    super(message);
    this.what = what;
  }
  /** The hub itself says that the bot may not. */
  get forbidden(): boolean {
    return false;
  }
}

/** The hub takes any token, or throws them away: neither a token nor its end means anything. */
export class NotEnforcing extends TroubleOutside {
  override name = "NotEnforcing";
  readonly reason: "rbac-off" | "takes-any-token";
  constructor(reason: NotEnforcing["reason"]) {
    super("open-hub", `the hub lets anybody in (${reason})`);
    this.reason = reason;
  }
}

/** This grant cannot be made, and trying again changes nothing. */
export class GrantFailed extends Error {
  override name = "GrantFailed";
  readonly failure: Failure;
  /** What people are told of it besides. */
  readonly said: string | undefined;
  /** Which of today's rules takes it back, where one does. */
  readonly changed: Refusal | null;
  constructor(failure: Failure, detail: string, more: Partial<Pick<GrantFailed, "said" | "changed">> = {}) {
    super(detail);
    this.failure = failure;
    this.said = more.said;
    this.changed = more.changed ?? null;
  }
}

export type { AccessRequest, Clock, ForeignObject, Grant, In, Recorded, Sent };
