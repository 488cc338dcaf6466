/** What can be done to a hub that something stands before, and what only a local one offers. */
import type { HubAuditLog } from "./audit.ts";
import type { Faults } from "./faults.ts";
import type { Logged } from "./journal.ts";
import type { TestHub } from "./types.ts";

export interface FaultyHub extends TestHub, Faults {
  /** Refuses connections and breaks the open ones, until `up`. */
  down(): Promise<void>;
  /** The local one is as a kube-apiserver that starts: what RBAC decides is refused until it has read its rules, and then it resolves. */
  up(): Promise<void>;
}

export interface LocalHub extends FaultyHub {
  /** The last requests, oldest first; never a token. */
  readonly requests: readonly Logged[];
  onRequest(listener: (entry: Logged) => void): () => void;
  /** The hub's own time, ahead of the clock by this much. */
  skew(ms: number): void;
  /** A copy of all accounts and bindings; what it returns puts them back as they were, uids too. */
  copy(): () => void;
  /** Off: karpor-server restarted without it, and everybody may do everything. */
  setRbac(on: boolean): void;
  setAiProxy(url: string): void;
  /** Its lists never say that they are over. */
  endlessLists(on: boolean): void;
  /** Its audit log, which it tells to nobody at first. */
  readonly audit: Pick<HubAuditLog, "keep" | "tellTo">;
  /** The status the dashboard's login would answer to this token now; it is remembered as used. */
  login(token: string): number;
}
