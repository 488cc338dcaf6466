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
export interface Grant {
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

/** Every call has a time limit, and throws only HubError. */
export interface Hub {
  /** Makes the account, or finds the one that the same request made before. */
  createAccount(
    id: RequestId,
    about: { until: number; requester: UserId },
  ): Promise<{ uid: string; isNew: boolean }>;
  /** Null when the hub itself says that there is none. */
  readAccount(id: RequestId): Promise<AccountOnHub | null>;
  /** Deletes only the account of this uid; one that is absent or another's is no failure. */
  deleteAccount(id: RequestId, uid: string): Promise<void>;
  /** `different`: one of this name exists, and its role, account or end is another. */
  createBinding(grant: Grant): Promise<"made" | "same" | "different">;
  /** Only what bears our labels; absence is no failure. */
  deleteBinding(id: RequestId): Promise<void>;
  /** At least ten minutes, which is what the API allows. */
  mintToken(id: RequestId, ms: number): Promise<MintedToken>;
  /** What the dashboard's login says to a token, over a connection of its own. */
  checkLogin(token: Secret): Promise<"good" | "unbound" | "refused">;
  listBindings(): Promise<HubList<BindingOnHub>>;
  listAccounts(): Promise<HubList<AccountOnHub>>;
  listForeign(catalog: Catalog): Promise<Foreign>;
  readNotes(): Promise<HubNotes>;
  /** By compare-and-swap: `change` is given the newest notes. Throws HubError. */
  changeNotes(change: ChangeNotes): Promise<void>;
  /** False with RBAC off: tokens mean nothing then. */
  isEnforcing(): Promise<boolean>;
  hasClusterRole(name: string): Promise<boolean>;
  /** Which paths the hub answers to everybody, without a token. */
  anonymousReads(): Promise<{ reads: string[]; streams: string[] }>;
  /** Whether the hub takes the bot's own credential now; it re-reads the kubeconfig when not. */
  isLoggedIn(): Promise<boolean>;
  /** Does nothing before half of its life is over; for the sweep. Throws HubError when it cannot be made or written back. */
  renewOwnToken(): Promise<void>;
  /** `kid` of the bot's own token: the hub's signing key. Null with a client certificate. */
  signingKey(): string | null;
  /** How far the hub's clock is ahead of ours, ms, as last seen. */
  clockOffset(): number;
  close(): Promise<void>;
}
