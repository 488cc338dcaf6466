/** The Kubernetes client's calls that the bot makes, each API by its own module: the client's index loads the calls of all, some 20 MB of source at each start. */
import {
  CoreV1ApiRequestFactory,
  CoreV1ApiResponseProcessor,
} from "@kubernetes/client-node/dist/gen/apis/CoreV1Api.js";
import {
  RbacAuthorizationV1ApiRequestFactory,
  RbacAuthorizationV1ApiResponseProcessor,
} from "@kubernetes/client-node/dist/gen/apis/RbacAuthorizationV1Api.js";
import type { Configuration } from "@kubernetes/client-node/dist/gen/configuration.js";
import type {
  HttpInfo,
  RequestContext,
  ResponseContext,
} from "@kubernetes/client-node/dist/gen/http/http.js";
import type { AuthenticationV1TokenRequest } from "@kubernetes/client-node/dist/gen/models/AuthenticationV1TokenRequest.js";
import type { V1ClusterRoleBinding } from "@kubernetes/client-node/dist/gen/models/V1ClusterRoleBinding.js";
import type { V1ServiceAccount } from "@kubernetes/client-node/dist/gen/models/V1ServiceAccount.js";

interface In {
  namespace: string;
}
interface Named extends In {
  name: string;
}

/** By one way to the hub. */
export class KubeApi {
  readonly #way: Configuration;
  readonly #core: CoreV1ApiRequestFactory;
  readonly #rbac: RbacAuthorizationV1ApiRequestFactory;

  constructor(way: Configuration) {
    this.#way = way;
    this.#core = new CoreV1ApiRequestFactory(way);
    this.#rbac = new RbacAuthorizationV1ApiRequestFactory(way);
  }

  readServiceAccount({ namespace, name }: Named) {
    const asked = this.#core.readNamespacedServiceAccount(name, namespace);
    return this.#data(asked, core.readNamespacedServiceAccountWithHttpInfo);
  }

  createServiceAccount({ namespace, body }: In & { body: V1ServiceAccount }) {
    const asked = this.#core.createNamespacedServiceAccount(namespace, body);
    return this.#data(asked, core.createNamespacedServiceAccountWithHttpInfo);
  }

  patchServiceAccount({ namespace, name, body }: Named & { body: object }) {
    const asked = this.#core.patchNamespacedServiceAccount(name, namespace, body);
    return this.#data(asked, core.patchNamespacedServiceAccountWithHttpInfo);
  }

  /** With its headers, among which may be a warning. */
  createToken({ namespace, name, body }: Named & { body: AuthenticationV1TokenRequest }) {
    const asked = this.#core.createNamespacedServiceAccountToken(name, namespace, body);
    return this.#ask(asked, core.createNamespacedServiceAccountTokenWithHttpInfo);
  }

  readSecret({ namespace, name }: Named) {
    return this.#data(
      this.#core.readNamespacedSecret(name, namespace),
      core.readNamespacedSecretWithHttpInfo,
    );
  }

  patchSecret({ namespace, name, body }: Named & { body: object }) {
    const asked = this.#core.patchNamespacedSecret(name, namespace, body);
    return this.#data(asked, core.patchNamespacedSecretWithHttpInfo);
  }

  readClusterRole(name: string) {
    return this.#data(this.#rbac.readClusterRole(name), rbac.readClusterRoleWithHttpInfo);
  }

  readClusterRoleBinding(name: string) {
    return this.#data(this.#rbac.readClusterRoleBinding(name), rbac.readClusterRoleBindingWithHttpInfo);
  }

  createClusterRoleBinding(body: V1ClusterRoleBinding) {
    return this.#data(this.#rbac.createClusterRoleBinding(body), rbac.createClusterRoleBindingWithHttpInfo);
  }

  async #ask<T>(asked: Promise<RequestContext>, read: Reader<T>): Promise<HttpInfo<T>> {
    return read(await this.#way.httpApi.send(await asked).toPromise());
  }

  async #data<T>(asked: Promise<RequestContext>, read: Reader<T>): Promise<T> {
    return (await this.#ask(asked, read)).data;
  }
}

type Reader<T> = (answer: ResponseContext) => Promise<HttpInfo<T>>;

const core = new CoreV1ApiResponseProcessor();
const rbac = new RbacAuthorizationV1ApiResponseProcessor();
