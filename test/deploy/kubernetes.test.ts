import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { type HubCaller, hubClient } from "../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { ConfigFile } from "../../src/config.ts";
import { healthPages } from "../../src/http/pages.ts";
import { IN_CLUSTER_SECRET } from "../../src/hub/settings.ts";
import { needs } from "../helpers/needs.ts";
import { dryRun, makePod, podOf } from "./api-server.ts";
import { type DeployManifest, manifests, pathOf } from "./manifests.ts";

const at = (path: string) => fileURLToPath(new URL(`../../deploy/kubernetes/${path}`, import.meta.url));
const [bot, redis, heal] = [manifests(at("")), manifests(at("redis")), manifests(at("heal"))];
const hubAudit = manifests(at("hub-audit"));
const inOwnNamespace = [...bot.objects, ...redis.objects, ...hubAudit.objects];
const all = [...inOwnNamespace, ...heal.objects];
const one = (kind: string, from = bot.objects) => {
  const found = from.find((object) => object.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
};

const Workload = z.object({
  spec: z.object({
    replicas: z.number(),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        serviceAccountName: z.string().optional(),
        terminationGracePeriodSeconds: z.number().optional(),
        containers: z.tuple([z.looseObject({ image: z.string() })]),
      }),
    }),
  }),
});
const deployment = Workload.parse(one("Deployment")).spec;

it("applies every file, all of it in its namespace", () => {
  expect([...bot.forgotten, ...redis.forgotten, ...hubAudit.forgotten]).toEqual([]);
  const elsewhere = inOwnNamespace.filter(
    ({ kind, metadata }) => kind !== "Namespace" && metadata.namespace !== bot.namespace,
  );
  expect(elsewhere).toEqual([]);
});

const KUSTOMIZE = "kustomize on the PATH, as Debian's package of that name puts it";
needs(spawnSync("kustomize", ["version"]).status === 0, KUSTOMIZE)("as kustomize builds it", () => {
  it.each([
    ["deploy/kubernetes", "", bot],
    ["its Redis", "redis", redis],
    ["its job", "heal", heal],
    ["the hub's way to it", "hub-audit", hubAudit],
  ])("%s is what these tests look at", (_, part, { objects }) => {
    const { stdout } = spawnSync("kustomize", ["build", at(part)], { encoding: "utf8" });
    const built = parseAllDocuments(stdout).map((document) => document.toJS() as DeployManifest);
    const byPath = (of: DeployManifest[]) => Object.fromEntries(of.map((object) => [pathOf(object), object]));
    expect(byPath(built)).toEqual(byPath(objects));
  });
});

it("carries a configuration that the bot understands", () => {
  const { data } = z.object({ data: z.record(z.string(), z.string()) }).parse(one("ConfigMap"));
  const config = ConfigFile.parse(parse(data["karpor-access.yml"] ?? ""));
  expect(config.hub.inCluster).toBe(true);
});

it("runs two replicas of the image that the kustomization names, with 5 s for routes to forget it and 30 to stop", () => {
  expect(deployment.replicas).toBe(2);
  expect(deployment.template.spec.terminationGracePeriodSeconds).toBe(35);
  expect(bot.images.map(({ newName, newTag }) => `${newName}:${newTag}`)).toEqual(
    deployment.template.spec.containers.map(({ image }) => image),
  );
});

it("asks whether it lives, and whether it can answer people, where the bot says so", () => {
  const known = Object.keys(healthPages({ unready: () => null, connections: () => 1 }));
  const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal("http") }) });
  const asked = z
    .object({ livenessProbe: probe, readinessProbe: probe })
    .parse(deployment.template.spec.containers[0]);
  expect(asked.livenessProbe.httpGet.path).toBe("/livez");
  expect(asked.readinessProbe.httpGet.path).toBe("/readyz");
  expect(known).toEqual(expect.arrayContaining(["/livez", "/readyz"]));
});

it("lets the bot's account read and replace the Secret that hub.inCluster names, and nothing else", () => {
  expect(one("Role").rules).toEqual([
    {
      apiGroups: [""],
      resources: ["secrets"],
      resourceNames: [IN_CLUSTER_SECRET.name],
      verbs: ["get", "patch"],
    },
  ]);
  expect(one("RoleBinding")).toMatchObject({
    roleRef: { name: one("Role").metadata.name },
    subjects: [{ name: deployment.template.spec.serviceAccountName }],
  });
});

it("mounts the ConfigMap as a directory: a path within it would never be brought up to date", () => {
  const [{ volumeMounts }] = deployment.template.spec.containers;
  expect(volumeMounts).toEqual([{ name: "config", mountPath: "/config", readOnly: true }]);
});

it.each(["PodDisruptionBudget", "NetworkPolicy"])("has a %s for its pods", (kind) => {
  const { spec } = z.object({ spec: z.record(z.string(), z.unknown()) }).parse(one(kind));
  expect(spec[kind === "NetworkPolicy" ? "podSelector" : "selector"]).toEqual({
    matchLabels: deployment.template.metadata.labels,
  });
});

if (!envtestAvailable()) {
  process.stderr.write(`Skipped: the manifests on a real API server. It ${envtestAdvice}.\n`);
  it.skip(`the manifests on a real API server ${envtestAdvice}`);
} else
  describe("on a real API server", () => {
    const namespace = "karpor-access";
    let server: TestHub;
    let ask: HubCaller;
    beforeAll(async () => {
      server = await startEnvtest();
      ask = hubClient(server, server.admin);
      // Really made, so that its Pod Security Standard is enforced below.
      await ask("POST", "/api/v1/namespaces", { body: one("Namespace") });
      await ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "karpor" } } });
    });
    afterAll(async () => {
      await ask.close();
      await server.stop();
    });

    it.each(all.map((object) => [object.kind, object.metadata.name, object] as const))(
      "takes %s %s in a strict server-side dry run",
      async (_kind, _name, object) => {
        const { status, body } = await dryRun(ask, object);
        expect([200, 201], body.message).toContain(status);
      },
    );

    it("would refuse a field that is mistyped", async () => {
      const { status, body } = await dryRun(ask, {
        ...one("ServiceAccount"),
        automountServiceAcountToken: true,
      });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body.message).toContain("automountServiceAcountToken");
    });

    it.each([
      ["Deployment", one("Deployment")],
      ["StatefulSet", one("StatefulSet", redis.objects)],
      ["CronJob", one("CronJob", heal.objects)],
    ])("takes the pods of the %s under the restricted Pod Security Standard", async (_, workload) => {
      const pod = podOf(workload);
      const taken = await makePod(ask, namespace, pod);
      expect(taken.status, taken.body.message).toBe(201);
      const root = { ...pod, spec: { ...pod.spec, securityContext: { runAsNonRoot: false } } };
      expect((await makePod(ask, namespace, root)).body.message).toContain("PodSecurity");
    });
  });
