/** deploy/karpor-flags: by itself, as Helm 3 runs it, and as Helm 4's plugin on a chart made like Karpor's, on a real API server. */
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { scratch } from "../../sandbox/child.ts";
import { type HubCaller, hubClient } from "../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { HELM, helm, helmAdvice, helmAvailable } from "../helpers/helm.ts";
import { needs } from "../helpers/needs.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const PLUGIN = path("../../deploy/karpor-flags");
const AUDIT = [
  "--audit-policy-file=/etc/karpor/karpor-access-audit-policy.yaml",
  "--audit-webhook-config-file=/etc/karpor/karpor-access-audit-webhook.yaml",
  "--audit-webhook-batch-max-wait=5s",
];
const TLS = ["--tls-cert-file=/etc/karpor/tls.crt", "--tls-private-key-file=/etc/karpor/tls.key"];

describe("by itself", () => {
  /** As Helm 3 gives it: the templates' own text, one after the other. */
  const SERVER = `---
# Source: karpor/templates/karpor-server.yml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: karpor-server
spec:
  template:
    spec:
      containers:
        - args:
            - --secure-port=7443
            - --client-ca-file=/etc/karpor/ca.crt
          name: karpor-server
          volumeMounts:
            - mountPath: /etc/karpor/
              name: karpor-secret
`;
  const OTHERS = `---
# Source: karpor/templates/karpor-server.yml
apiVersion: v1
kind: Service
metadata:
  name: karpor-server
---
# Source: karpor/templates/karpor-syncer.yml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: karpor-syncer
spec:
  template:
    spec:
      containers:
        - name: karpor-syncer
          args:
            - syncer
          volumeMounts:
            - mountPath: /etc/karpor
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: told
data:
  manifest: |
    kind: Deployment
    metadata:
      name: karpor-server
    args:
      - none
`;
  const run = (input: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(join(PLUGIN, "karpor-flags"), args, {
      input,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };

  it.each([
    [[], AUDIT],
    [["audit"], AUDIT],
    [["tls"], TLS],
    [
      ["audit", "tls"],
      [...AUDIT, ...TLS],
    ],
  ])("given %j adds their flags to the server's arguments, and leaves each other byte", (parts, flags) => {
    const { status, stdout, stderr } = run(OTHERS + SERVER + OTHERS, ...parts);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const added = flags.map((flag) => `            - ${flag}\n`).join("");
    expect(stdout).toBe(OTHERS + SERVER.replace("- args:\n", (line) => line + added) + OTHERS);
  });

  it("takes lists that stand as deep as their key, as Helm 4 may write them", () => {
    const flat = SERVER.replaceAll(/^ {12}- --/gm, "          - --");
    expect(parse(run(flat).stdout).spec.template.spec.containers[0].args).toEqual([
      ...AUDIT,
      "--secure-port=7443",
      "--client-ca-file=/etc/karpor/ca.crt",
    ]);
  });

  it.each([
    ["no such Deployment", OTHERS, "There is no Deployment karpor-server"],
    ["arguments in one line", SERVER.replace(/args:\n( +- --.*\n)+/, "args: []\n"), "not one list"],
    ["two lists of arguments", SERVER.replace(/( +- args:\n +- .*\n)/, "$1$1"), "not one list"],
    ["nothing mounted there", SERVER.replace("/etc/karpor/\n", "/etc/other\n"), "mounts nothing"],
  ])("refuses a chart with %s", (_, manifests, why) => {
    const { status, stderr } = run(manifests);
    expect(status).toBe(1);
    expect(stderr).toContain(why);
    expect(stderr).toContain("Nothing was changed.");
  });

  it("refuses a part that it does not know", () => {
    const { status, stdout, stderr } = run(SERVER, "audti");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain('knows no "audti"');
  });
});

needs(helmAvailable() && envtestAvailable(), `${helmAdvice}, version 4; a real API server ${envtestAdvice}`)(
  "as a plugin, on a real API server",
  () => {
    const dir = scratch("karpor-access-flags");
    const kubeconfig = join(dir.path, "kubeconfig");
    let server: TestHub;
    let ask: HubCaller;
    beforeAll(async () => {
      vi.stubEnv("HELM_DATA_HOME", dir.path);
      execFileSync(HELM, ["plugin", "install", PLUGIN]);
      server = await startEnvtest();
      ask = hubClient(server, server.admin);
      writeFileSync(kubeconfig, server.adminKubeconfig);
      await ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "karpor" } } });
    });
    afterAll(async () => {
      vi.unstubAllEnvs();
      await ask?.close();
      await server?.stop();
      dir.remove();
    });

    const CHART = path("karpor");
    const SERVER = "/apis/apps/v1/namespaces/karpor/deployments/karpor-server";
    const karpor = async (command: string, ...args: string[]) => {
      const release = { name: "karpor", namespace: "karpor", chart: CHART, kubeconfig };
      const { status, out, err } = await helm(command, { ...release, args });
      expect(status, out + err).toBe(0);
    };
    const deployed = async () => {
      const { body } = await ask("GET", SERVER);
      const [{ args, image, volumeMounts }] = Deployed.parse(body).spec.template.spec.containers;
      const flags = args.filter((flag) => [...AUDIT, ...TLS].includes(flag));
      return { flags, others: args.filter((flag) => !flags.includes(flag)), image, volumeMounts };
    };
    /** As `kubectl rollout restart` does it, which setup tells people to run. */
    const restart = async () => {
      const annotations = { "kubectl.kubernetes.io/restartedAt": "2026-11-26T12:00:00Z" };
      const { status } = await ask("PATCH", `${SERVER}?fieldManager=kubectl-rollout`, {
        body: { spec: { template: { metadata: { annotations } } } },
        type: "application/strategic-merge-patch+json",
      });
      expect(status).toBe(200);
    };
    const WITH = ["--reuse-values", "--post-renderer", "karpor-flags"];

    it("adds the flags to what stands, through a restart, upgrades and a rollback, and takes them away when it is left out", async () => {
      await karpor("install", "--set", "server.enableRbac=true");
      const before = await deployed();
      expect(before).toMatchObject({ flags: [], image: "kusionstack/karpor:v0.6.4" });

      await karpor("upgrade", ...WITH);
      expect(await deployed()).toEqual({ ...before, flags: AUDIT });

      await restart();
      const image = "kusionstack/karpor:v0.6.5";
      await karpor("upgrade", ...WITH, "--set", "server.image.tag=v0.6.5");
      expect(await deployed()).toEqual({ ...before, flags: AUDIT, image });

      const both = ["--post-renderer-args", "audit", "--post-renderer-args", "tls"];
      await karpor("upgrade", ...WITH, ...both);
      expect(await deployed()).toEqual({ ...before, flags: [...AUDIT, ...TLS], image });

      await karpor("rollback", "2");
      expect(await deployed()).toEqual({ ...before, flags: AUDIT });

      await karpor("upgrade", "--reuse-values");
      expect(await deployed()).toEqual(before);
    });

    it("has helm change nothing where it refuses", async () => {
      const before = await deployed();
      const release = { name: "karpor", namespace: "karpor", chart: CHART, kubeconfig };
      const { status, err } = await helm("upgrade", {
        ...release,
        args: [...WITH, "--post-renderer-args", "audti"],
      });
      expect(status).not.toBe(0);
      // Helm 4 keeps to itself why.
      expect(err).toContain('plugin "karpor-flags" exited with error');
      expect(await deployed()).toEqual(before);
    });
  },
);

const Deployed = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.tuple([
          z.object({ args: z.array(z.string()), image: z.string(), volumeMounts: z.array(z.unknown()) }),
        ]),
      }),
    }),
  }),
});
