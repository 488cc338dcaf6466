/** The types of all that the bot makes and reads on Karpor's hub. Times are ms since the epoch. */
import type { RequestId, UserId } from "../request/ids.ts";
import type { Secret } from "../request/secret.ts";

export interface AccountOnHub {
  /** Null where the object has our instance's labels, but not the name and labels of a request. */
  id: RequestId | null;
  name: string;
  uid: string;
  /** Annotation `until`: an account without a record may be deleted after it; null when it cannot be read. */
  until: number | null;
  /** Annotation `requester`: the person who has the access; null when it cannot be read. */
  requester: UserId | null;
}

export interface BindingOnHub {
  id: RequestId | null;
  name: string;
  uid: string;
  clusterRole: string;
  /** Annotation `expires-at`; null when it cannot be read. */
  endsAt: number | null;
  /** Annotation `account`: the uid of the account that it was made for. */
  account: string | null;
  /** True when it names exactly the request's own account and nothing else. */
  isWhole: boolean;
}

/** The binding to make. `account` is the uid of the request's account. */
export interface BindingGrant {
  id: RequestId;
  account: string;
  clusterRole: string;
  endsAt: number;
}

export interface MintedToken {
  token: Secret;
  /** As the hub answered: it may have shortened the life. */
  expiresAt: number;
  /** The account's uid, as the token names it. */
  account: string;
}

/** A whole list, and the hub's time (its `Date` header) at its first page. */
export interface HubList<T> {
  hubTime: number;
  items: T[];
}

/** The parts of the configuration that tell the bot's own access from other access. */
export interface Catalog {
  instance: string;
  hub: { namespace: string; known: readonly string[]; instances: readonly string[] };
  roles: Record<string, { clusterRole: string }>;
}

/** A binding that the bot did not make. A subject is written as kind, namespace and name. */
export interface ForeignBinding {
  name: string;
  clusterRole: string;
  subjects: string[];
}

/** Access that the bot did not make. */
export interface Foreign {
  bindings: ForeignBinding[];
  /** Bindings whose accounts `hub.known` names: an admin knows of them. */
  known: ForeignBinding[];
  /** Names of accounts in the grants' namespace. */
  accounts: string[];
}

/** Texts that an instance keeps on the hub, by name: annotations of an account of its own without rights. */
export type HubNotes = Record<string, string>;

/** Returns the notes to set, or with null to delete; null for all: nothing is to be done. */
export type ChangeNotes = (notes: HubNotes) => Record<string, string | null> | null;
