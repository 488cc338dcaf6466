/** Karpor's hub: one ServiceAccount and one ClusterRoleBinding a request, and tokens for it. */
import type { RequestId, UserId } from "../request/ids.ts";
import type { Secret } from "../request/secret.ts";

export interface AccountOnHub {
  /** Null where the object bears our instance's labels but no id that can be read. */
  id: RequestId | null;
  name: string;
  uid: string;
  /** Annotation `until`: from when on an account without a record may go; null when it cannot be read. */
  until: number | null;
  /** Annotation `requester`: whose access it is for. */
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
  /** Whether it names exactly the request's own account and nothing else. */
  isWhole: boolean;
}

/** What a grant's binding must say. */
export interface BindingGrant {
  id: RequestId;
  account: string;
  clusterRole: string;
  endsAt: number;
}

export interface MintedToken {
  token: Secret;
  /** What the hub says: it may have shortened it. */
  expiresAt: number;
  /** The uid that the token names. */
  account: string;
}

/** A page-by-page list, with the hub's own time (its `Date` header) of the first page. */
export interface HubList<T> {
  hubTime: number;
  items: T[];
}

/** The configuration, as far as it says what the bot makes and what others may. */
export interface Catalog {
  instance: string;
  hub: { namespace: string; known: readonly string[]; instances: readonly string[] };
  roles: Record<string, { clusterRole: string }>;
}

/** A subject is written as kind, namespace and name. */
export interface ForeignBinding {
  name: string;
  clusterRole: string;
  subjects: string[];
}

/** Access that the bot did not make. */
export interface Foreign {
  bindings: ForeignBinding[];
  /** Those whose accounts `hub.known` names. */
  known: ForeignBinding[];
  /** Names of accounts in the grants' namespace. */
  accounts: string[];
}

/** What an instance remembers on the hub: annotations of its own account, which no binding names. */
export type HubNotes = Record<string, string>;

/** Returns the notes to set, or with null to delete; null for all: nothing is to be done. */
export type ChangeNotes = (notes: HubNotes) => Record<string, string | null> | null;
