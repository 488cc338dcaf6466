/** What stands on the hub and may give access past the bot: neither made by it nor named in hub.known or hub.instances. Pure. */
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
  /** The namespace where that grant's account stands, if that is not ours; more of them may stand there. */
  elsewhere?: string;
  /** A finalizer keeps it standing when it is deleted, and a binding grants on meanwhile. */
  held?: true;
  /** It bore a grant's name, and the bot removed it. */
  removed?: true;
  /** An account that the bot itself had before, with its rights still. */
  older?: true;
}
