/** deploy/chart on a real API server: strict dry runs, a release's life, and the bot and `helm test` as their pods say. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse, parseAllDocuments, stringify } from "yaml";
import { z } from "zod";
import { scratch } from "../../sandbox/child.ts";
import { type HubCaller, hubClient } from "../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { IN_CLUSTER_SECRET } from "../../src/hub/settings.ts";
import { startWorld, type World } from "../helpers/bot.ts";
import { botKubeconfig } from "../helpers/bot-account.ts";
import { helm, helmAdvice, helmAvailable, type Release, render } from "../helpers/helm.ts";
import { needs } from "../helpers/needs.ts";
import { startPod } from "../helpers/pod.ts";
import { dryRun, makePod, podOf } from "./api-server.ts";
import { type DeployManifest, manifests, pathOf } from "./manifests.ts";
import { least, RELEASES } from "./releases.ts";

const ELSEWHERE = ["karpor", "observability", "vault"];
const NAMESPACE = fileURLToPath(new URL("../../deploy/kubernetes/namespace.yaml", import.meta.url));
const CHART = fileURLToPath(new URL("../../deploy/chart", import.meta.url));
const CRDS = fileURLToPath(new URL("prometheus-crds.yaml", import.meta.url));
const WORKLOADS = ["Deployment", "StatefulSet", "CronJob", "Pod"];
/** Not where the hub, which this API server is too, keeps the grants. */
const namespace = "bots";
const matrix = Object.entries(RELEASES);

needs(helmAvailable() && envtestAvailable(), `${helmAdvice}; a real API server ${envtestAdvice}`)(
  "the chart on a real API server",
  () => {
    const dir = scratch("karpor-access-installed");
    const kubeconfig = join(dir.path, "kubeconfig");
    let server: TestHub;
    let world: World;
    let ask: HubCaller;
    beforeAll(async () => {
      server = await startEnvtest();
      world = await startWorld({ transport: "socket", hub: server });
      ask = hubClient(server, server.admin);
      writeFileSync(kubeconfig, server.adminKubeconfig);
      // Of the bot's own, the Pod Security Standard is enforced below.
      const { metadata } = parse(readFileSync(NAMESPACE, "utf8"));
      const bodies = [{ metadata: { ...metadata, name: namespace } }, ...ELSEWHERE.map(named)];
      for (const body of bodies) await ask("POST", "/api/v1/namespaces", { body });
      const crds = parseAllDocuments(readFileSync(CRDS, "utf8")).map((document) => document.toJS());
      for (const body of crds)
        await ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", { body });
      const served = async (plural: string) =>
        (await ask("GET", `/apis/monitoring.coreos.com/v1/${plural}`)).status === 200;
      for (const { spec } of crds) await world.until(() => served(spec.names.plural));
    });
    afterAll(async () => {
      await Promise.all([ask?.close(), world?.close()]);
      await server?.stop();
      dir.remove();
    });
    const named = (name: string) => ({ metadata: { name } });
    const done = async (command: string, release: Release = {}) => {
      const { status, out, err } = await helm(command, { namespace, ...release, kubeconfig });
      expect(status, out + err).toBe(0);
      return out;
    };

    it.each(matrix)(
      "takes %s in a strict server-side dry run, its pods as restricted ones",
      async (_, values) => {
        const objects = await render({ namespace, values });
        for (const object of objects) {
          const { status, body } = await dryRun(ask, object);
          expect([200, 201], `${object.kind}: ${body.message}`).toContain(status);
        }
        for (const workload of objects.filter(({ kind }) => WORKLOADS.includes(kind))) {
          const pod = podOf(workload);
          const taken = await makePod(ask, namespace, pod);
          expect(taken.status, taken.body.message).toBe(201);
          const root = { ...pod, spec: { ...pod.spec, securityContext: { runAsNonRoot: false } } };
          expect((await makePod(ask, namespace, root)).body.message).toContain("PodSecurity");
        }
      },
    );

    it("installs with what to do next, upgrades to each of the matrix and back, and leaves nothing", async () => {
      const name = "karpor-access-life";
      const before = await standing();
      const notes = await done("install", { name, values: least });
      expect(notes).toContain(`create secret generic ${IN_CLUSTER_SECRET.name} --from-file=kubeconfig=`);
      expect(notes).toContain("helm test karpor-access-life -n bots --logs");
      expect(notes).toContain("type /karpor-access.");
      expect(notes).toContain("heal.enabled=true has a job make it anew");
      expect(notes).toContain("No NetworkPolicy stands around the bot");
      const policed = { ...least, networkPolicy: { enabled: true } };
      expect(await done("upgrade", { name, values: policed })).not.toContain("No NetworkPolicy");
      for (const [, values] of matrix) await done("upgrade", { name, values });
      await done("rollback", { name, args: ["1"] });
      await done("uninstall", { name });
      expect(await standing()).toEqual(before);
    });

    it.each(["operations.md", "zh/operations.md"])(
      "goes back to the version before as %s says, and keeps today's configuration",
      async (page) => {
        const said = readFileSync(fileURLToPath(new URL(`../../docs/${page}`, import.meta.url)), "utf8");
        const [, command = ""] = /up -d --build --wait`[;；].*?`helm (\w+)/.exec(said) ?? [];
        const name = "karpor-access-back";
        const [next, version] = [join(dir.path, "next"), "99.0.0"];
        cpSync(CHART, next, { recursive: true });
        const about = parse(readFileSync(join(CHART, "Chart.yaml"), "utf8"));
        writeFileSync(join(next, "Chart.yaml"), stringify({ ...about, version, appVersion: version }));
        const today = { ...least, config: `${least.config}\n# Of today.\n` };

        await done("install", { name, values: least });
        await done("upgrade", { name, values: least, chart: next });
        await done("upgrade", { name, values: today, chart: next });
        await done(command, { name, values: today });
        const stands = async (path: string) => JSON.stringify((await ask("GET", `${path}/${name}`)).body);
        expect(await stands(`/api/v1/namespaces/${namespace}/configmaps`)).toContain("# Of today.");
        const image = `${least.image.repository}:${about.appVersion}`;
        expect(await stands(`/apis/apps/v1/namespaces/${namespace}/deployments`)).toContain(`"${image}"`);
        await done("uninstall", { name });
      },
    );

    it("takes over what deploy/kubernetes made, once its Deployment is gone", async () => {
      const at = (part: string) => fileURLToPath(new URL(`../../deploy/kubernetes/${part}`, import.meta.url));
      const type = "application/apply-patch+yaml";
      for (const body of ["", "heal"].flatMap((part) => manifests(at(part)).objects))
        await ask("PATCH", `${pathOf(body)}?fieldManager=kubectl`, { body, type });
      const inItsPlace = {
        namespace: "karpor-access",
        values: RELEASES["all that deploy/kubernetes has"] ?? {},
        args: ["--install", "--take-ownership", "--force-conflicts"],
      };
      await ask("DELETE", "/apis/apps/v1/namespaces/karpor-access/deployments/karpor-access");
      await done("upgrade", inItsPlace);
      await done("uninstall", { namespace: "karpor-access" });
    });

    async function standing() {
      const kinds = ["ServiceAccount", "ConfigMap", "Service", "Secret", "Role", "Deployment", "StatefulSet"];
      const lists = kinds.map(async (kind) => {
        const group = { Role: "rbac.authorization.k8s.io/v1", Deployment: "apps/v1", StatefulSet: "apps/v1" }[
          kind
        ];
        const path = pathOf({ apiVersion: group ?? "v1", kind, metadata: { name: "" } });
        const { body } = await ask("GET", path.slice(0, -1));
        return (body.items ?? []).map(({ metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
      });
      return (await Promise.all(lists)).flat();
    }

    it("starts the bot as its pod says, passes helm test, and heals nothing that works", async () => {
      const { KARPOR_ACCESS_CONFIG: path, PORT: _, ...variables } = world.env;
      const { hub, ...rest } = parse(readFileSync(path, "utf8"));
      const { kubeconfig: __, ...kept } = hub;
      const secret = (name: string, stringData: object) =>
        ask("POST", `/api/v1/namespaces/${namespace}/secrets`, { body: { ...named(name), stringData } });
      await secret("karpor-access", variables);
      await secret(IN_CLUSTER_SECRET.name, { [IN_CLUSTER_SECRET.key]: await botKubeconfig(server) });
      const file = { ...rest, hub: { ...kept, inCluster: true, server: server.url } };
      const values = { ...least, config: file, heal: { enabled: true } };
      await done("upgrade", { values, args: ["--install"] });

      const cluster = { ask, url: server.url, ca: server.ca, namespace };
      const got = await ask("GET", `/apis/apps/v1/namespaces/${namespace}/deployments/karpor-access`);
      const { template } = Template.parse(got.body.spec);
      const bot = await startPod(cluster, template.spec);
      await bot.says('"msg":"ready"');
      const get = (name: string, path: string) => fetch(`http://127.0.0.1:${bot.ports[name]}${path}`);
      const [{ livenessProbe, readinessProbe }] = template.spec.containers;
      for (const { httpGet } of [livenessProbe, readinessProbe])
        expect((await get(httpGet.port, httpGet.path)).status).toBe(200);
      expect(await (await get("metrics", "/metrics")).text()).toContain("karpor_access_ready 1");

      const [said, tested] = await Promise.all([
        done("test", { args: ["--timeout", "60s"] }),
        asKubelet(cluster),
      ]);
      expect(tested).toMatch(/ 0 failures\. Ready\./);
      expect(said).toMatch(/Phase:\s+Succeeded/);
      const cron = await ask("GET", `/apis/batch/v1/namespaces/${namespace}/cronjobs/karpor-access-heal`);
      const job = podOf({ ...cron.body, kind: "CronJob" } as DeployManifest);
      const healing = await startPod(cluster, job.spec);
      expect(await healing.ended).toBe(0);
      expect(healing.output()).toBe("The hub takes the bot's own kubeconfig: nothing was changed.\n");

      bot.child.kill("SIGTERM");
      expect(await bot.ended).toBe(0);
    });

    /** Runs the pod of `helm test`, and says how it ended. */
    async function asKubelet(cluster: Parameters<typeof startPod>[0]): Promise<string> {
      const at = `/api/v1/namespaces/${namespace}/pods/karpor-access-test`;
      await world.until(async () => (await ask("GET", at)).status === 200);
      const pod = await startPod(cluster, (await ask("GET", at)).body.spec);
      const phase = (await pod.ended) === 0 ? "Succeeded" : "Failed";
      const type = "application/merge-patch+json";
      await ask("PATCH", `${at}/status`, { body: { status: { phase } }, type });
      return pod.output();
    }
  },
);

const Probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const Template = z.object({
  template: z.object({
    spec: z.looseObject({
      containers: z.tuple([z.looseObject({ livenessProbe: Probe, readinessProbe: Probe })]),
    }),
  }),
});
