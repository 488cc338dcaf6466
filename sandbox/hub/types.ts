/** What every hub of the tests offers, the honest stand-in and the real API server alike. */

export interface ObjectMetadata {
  name: string;
  namespace?: string;
  uid: string;
  resourceVersion: string;
  creationTimestamp: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMetadata;
  [field: string]: unknown;
}

export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

export interface RoleSubject {
  kind: string;
  name: string;
  namespace?: string;
  apiGroup?: string;
}

export interface RoleRef {
  apiGroup: string;
  kind: string;
  name: string;
}

export interface ClusterRoleObject extends KubeObject {
  rules?: PolicyRule[] | null;
}

export interface RoleBinding extends KubeObject {
  roleRef: RoleRef;
  subjects?: RoleSubject[];
}

/** A client certificate and its key, both PEM. */
export interface Credentials {
  certificate: string;
  key: string;
}

export interface TestHub {
  readonly url: string;
  /** PEM of the authority that signed the serving certificate. */
  readonly ca: string;
  /** An administrator (system:masters). */
  readonly admin: Credentials;
  /** The administrator's kubeconfig as Karpor's chart leaves it: insecure-skip-tls-verify, no CA. */
  readonly adminKubeconfig: string;
  objects(): Promise<{ serviceAccounts: KubeObject[]; clusterRoleBindings: KubeObject[] }>;
  /** As an upgrade of Karpor: a new start on what is stored, with new keys. Every token and kubeconfig of before is dead. */
  upgrade(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
