/** deploy/chart on a real API server: strict dry runs, pods under the restricted standard, and the life of a release. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { scratch } from "../../sandbox/child.ts";
import { type HubCaller, hubClient } from "../../sandbox/hub/client.ts";
import { startEnvtest } from "../../sandbox/hub/envtest.ts";
import { eventually } from "../helpers/eventually.ts";
import { needs } from "../helpers/machine.ts";
import { helm, type KubeObject, podsIn, type Release, render } from "./helm.ts";
import { least, RELEASES } from "./releases.ts";

const namespace = "bots";
const CRDS = new URL("prometheus-crds.yaml", import.meta.url);
const STRICT = "dryRun=All&fieldManager=test&fieldValidation=Strict";
const RESTRICTED = { "pod-security.kubernetes.io/enforce": "restricted" };
const matrix = Object.entries(RELEASES);

needs("Helm", "a real API server")("the chart on a real API server", () => {
  const opened = new AsyncDisposableStack();
  let kubeconfig: string;
  let ask: HubCaller;

  beforeAll(async () => {
    const server = opened.adopt(await startEnvtest(), (started) => started.stop());
    ask = opened.adopt(hubClient(server, server.admin), (client) => client.close());
    kubeconfig = join(opened.adopt(scratch("karpor-access-chart"), (made) => made.remove()).path, "config");
    writeFileSync(kubeconfig, server.adminKubeconfig);
    for (const name of [namespace, "karpor", "observability", "vault"])
      await ask("POST", "/api/v1/namespaces", { body: { metadata: { name, labels: RESTRICTED } } });
    for (const document of parseAllDocuments(readFileSync(CRDS, "utf8"))) {
      const body = document.toJS();
      await ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", { body });
      const served = `/apis/monitoring.coreos.com/v1/${body.spec.names.plural}`;
      await eventually(async () => (await ask("GET", served)).status === 200);
    }
  });
  afterAll(() => opened.disposeAsync());

  it.each(matrix)(
    "takes each object in a strict dry run, and each pod as restricted: %s",
    async (_, values) => {
      const objects = await render({ namespace, values });
      for (const body of objects) {
        const path = `${pathFor(body)}?${STRICT}&force=true`;
        const reply = await ask("PATCH", path, { body, type: "application/apply-patch+yaml" });
        expect([200, 201], `${body.kind}: ${reply.body.message}`).toContain(reply.status);
      }
      for (const body of objects.flatMap(podsIn)) {
        const { status, body: said } = await ask("POST", `/api/v1/namespaces/${namespace}/pods?${STRICT}`, {
          body,
        });
        expect(status, said.message).toBe(201);
      }
    },
  );

  it("installs with what to do next, upgrades to each, rolls back, and leaves nothing", async () => {
    const run = async (command: string, release: Release = {}) => {
      const { status, out, err } = await helm(command, { namespace, ...release, kubeconfig });
      expect(status, out + err).toBe(0);
      return out;
    };
    const before = await countObjects();
    const notes = await run("install", { values: least });
    expect(notes).toContain("create secret generic karpor-access-hub --from-file=kubeconfig=");
    expect(notes).toContain("helm test karpor-access -n bots --logs");
    for (const [, values] of matrix) await run("upgrade", { values });
    await run("rollback", { args: ["1"] });
    await run("uninstall");
    await eventually(async () => (await countObjects()) === before);
  });

  async function countObjects(): Promise<number> {
    const kinds = ["serviceaccounts", "configmaps", "services", "secrets"].map((kind) => `/api/v1/${kind}`);
    const apps = ["deployments", "statefulsets"].map((kind) => `/apis/apps/v1/${kind}`);
    const paths = [...kinds, ...apps, "/apis/rbac.authorization.k8s.io/v1/roles", "/apis/batch/v1/cronjobs"];
    const lists = await Promise.all(paths.map((path) => ask("GET", path)));
    return lists.reduce((sum, { body }) => sum + (body.items ?? []).length, 0);
  }
});

function pathFor({ apiVersion, kind, metadata }: KubeObject): string {
  const base = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  const irregular: Record<string, string> = { NetworkPolicy: "networkpolicies", Ingress: "ingresses" };
  const plural = irregular[kind] ?? `${kind.toLowerCase()}s`;
  return `${base}/namespaces/${metadata.namespace}/${plural}/${metadata.name}`;
}
