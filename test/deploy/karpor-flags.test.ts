/** deploy/karpor-flags: by itself, as Helm 3 runs it, and as Helm 4's plugin on a chart made like Karpor's. */
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { scratch } from "../../sandbox/child.ts";
import { HELM, needs } from "../helpers/machine.ts";
import { helm, render } from "./helm.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const PLUGIN = path("../../deploy/karpor-flags");
const AUDIT = [
  "--audit-policy-file=/etc/karpor/karpor-access-audit-policy.yaml",
  "--audit-webhook-config-file=/etc/karpor/karpor-access-audit-webhook.yaml",
  "--audit-webhook-batch-max-wait=5s",
];
const TLS = ["--tls-cert-file=/etc/karpor/tls.crt", "--tls-private-key-file=/etc/karpor/tls.key"];

describe("by itself", () => {
  const SERVER = `---
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
apiVersion: v1
kind: Service
metadata:
  name: karpor-server
---
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
`;
  const run = (input: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(`${PLUGIN}/karpor-flags`, args, { input, encoding: "utf8" });
    return { status, stdout, stderr };
  };

  it.each([
    [[], AUDIT],
    [["tls"], TLS],
    [
      ["audit", "tls"],
      [...AUDIT, ...TLS],
    ],
  ])(
    "given %j it adds their flags to the server's arguments, and leaves every other byte",
    (parts, flags) => {
      const { status, stdout } = run(OTHERS + SERVER + OTHERS, ...parts);
      expect(status).toBe(0);
      const added = flags.map((flag) => `            - ${flag}\n`).join("");
      expect(stdout).toBe(OTHERS + SERVER.replace("- args:\n", (line) => line + added) + OTHERS);
    },
  );

  it("takes lists that are indented as deep as their key, as Helm 4 may write them", () => {
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
    ["nothing mounted there", SERVER.replace("/etc/karpor/\n", "/etc/other\n"), "mounts nothing"],
  ])("refuses a chart with %s", (_, manifests, why) => {
    const { status, stderr } = run(manifests);
    expect(status).toBe(1);
    expect(stderr).toContain(why);
    expect(stderr).toContain("Nothing was changed.");
  });
});

needs("Helm")("as a plugin", () => {
  const folder = scratch("karpor-access-flags");
  beforeAll(() => {
    vi.stubEnv("HELM_DATA_HOME", folder.path);
    execFileSync(HELM, ["plugin", "install", PLUGIN]);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    folder.remove();
  });
  const release = { name: "karpor", namespace: "karpor", chart: path("karpor") };
  const WITH = ["--post-renderer", "karpor-flags"];

  it("adds the flags, and nothing else", async () => {
    const [before, after] = [await render(release), await render({ ...release, args: WITH })];
    const withoutFlags = JSON.stringify(after, (_, value) =>
      Array.isArray(value) ? value.filter((one) => !AUDIT.includes(one)) : value,
    );
    expect(JSON.parse(withoutFlags)).toEqual(expect.arrayContaining(before));
    expect(JSON.stringify(after).match(/--audit-[a-z-]+/g)).toHaveLength(AUDIT.length);
  });

  it("has helm fail where it refuses", async () => {
    const args = [...WITH, "--post-renderer-args", "audti"];
    const { status, err } = await helm("template", { ...release, args });
    expect(status).not.toBe(0);
    expect(err).toContain('plugin "karpor-flags" exited with error');
  });
});
