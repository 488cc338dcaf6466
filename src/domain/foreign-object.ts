/** What stands on the hub and may give access past the bot: neither made by it nor named in hub.known. Pure. */
export interface ForeignObject {
  kind: "ServiceAccount" | "ClusterRoleBinding";
  name: string;
  namespace?: string | undefined;
  uid: string;
  createdAt: number;
  /** Of a binding. */
  clusterRole?: string;
  subjects?: { kind: string; name: string; namespace?: string | undefined }[];
  /** It is in each part like a grant's, of this instance. */
  instance?: string;
  /** A finalizer keeps it standing when it is deleted, and a binding grants on meanwhile. */
  held?: true;
}
