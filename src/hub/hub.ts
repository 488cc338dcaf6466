/** What the bot creates and reads on Karpor's hub. Times are milliseconds; fields that can't be read are null. */
import type { RequestId, UserId } from "../request/ids.ts";
import type { Secret } from "../request/secret.ts";

export interface AccountOnHub {
  /** Null: the labels are ours, but not both name and label are a request's. */
  id: RequestId | null;
  name: string;
  uid: string;
  /** An account without a record may be deleted after this. */
  until: number | null;
  requester: UserId | null;
}

export interface BindingOnHub {
  id: RequestId | null;
  name: string;
  uid: string;
  clusterRole: string;
  endsAt: number | null;
  /** The account's uid. */
  account: string | null;
  /** It names the request's own account and nothing else. */
  isWhole: boolean;
}

export interface BindingGrant {
  id: RequestId;
  account: string;
  clusterRole: string;
  endsAt: number;
}

export interface MintedToken {
  token: Secret;
  expiresAt: number;
  /** The account's uid. */
  account: string;
}

/** `hubTime` is when the hub sent the first page. */
export interface HubList<T> {
  hubTime: number;
  items: T[];
}

/** What distinguishes the bot's own access from unmanaged access. */
export interface Catalog {
  instance: string;
  hub: { namespace: string; known: readonly string[]; instances: readonly string[] };
  roles: Record<string, { clusterRole: string }>;
}

export interface ForeignBinding {
  name: string;
  clusterRole: string;
  subjects: string[];
}

export interface Foreign {
  bindings: ForeignBinding[];
  /** Bindings of accounts that `hub.known` names. */
  known: ForeignBinding[];
  accounts: string[];
}

/** Annotations of the instance's own account, which has no rights. */
export type HubNotes = Record<string, string>;

/** Null as a value deletes a note; null for all changes nothing. */
export type ChangeNotes = (notes: HubNotes) => Record<string, string | null> | null;
