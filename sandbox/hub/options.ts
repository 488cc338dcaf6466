/** What can be done to a local hub that no real hub offers. */
import type { HubAuditLog } from "./audit.ts";
import type { Faults, HubMeddler } from "./faults.ts";
import type { Logged } from "./journal.ts";
import type { TestHub } from "./types.ts";

export interface LocalHub extends TestHub, Faults {
  /** The last requests, oldest first; never a token. */
  readonly requests: readonly Logged[];
  onRequest(listener: (entry: Logged) => void): () => void;
  /** Refuses connections and breaks the open ones, until `up`. */
  down(): Promise<void>;
  /** As a kube-apiserver that starts: what RBAC decides is refused until it has read its rules, and then it resolves. */
  up(): Promise<void>;
  /** The hub's own time, ahead of the clock by this much. */
  skew(ms: number): void;
  /** Off: karpor-server restarted without it, and everybody may do everything. */
  setRbac(on: boolean): void;
  /** Asked at each request from now on. */
  meddle(meddler: HubMeddler | undefined): void;
  /** Its audit log, which it tells to nobody at first. */
  readonly audit: Pick<HubAuditLog, "keep" | "tellTo">;
  /** The status the dashboard's login would answer to this token now; it is remembered as used. */
  login(token: string): number;
  /** New authority and token-signing key, and a new start: every token and kubeconfig of before is dead. */
  rotateKeys(): Promise<void>;
}
