/** deploy/kubernetes/heal: the job that makes the bot's kubeconfig anew, its rights, and that they suffice on a real API server. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { scratch } from "../../sandbox/child.ts";
import { jumpClock, systemClock } from "../../sandbox/clock.ts";
import { type HubCaller, hubClient } from "../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import { type LocalHub, startLocalHub } from "../../sandbox/hub/index.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { setup } from "../../src/cli/setup/index.ts";
import { setupOptions } from "../../src/cli/setup/options.ts";
import { loadForHub } from "../../src/config.ts";
import { IN_CLUSTER_SECRET } from "../../src/hub/settings.ts";
import { botKubeconfig, GRANTS_NAMESPACE, kubeconfig } from "../helpers/bot-account.ts";
import { needs } from "../helpers/needs.ts";
import { manifests, pathOf } from "./manifests.ts";

const at = (path: string) => fileURLToPath(new URL(`../../deploy/kubernetes/${path}`, import.meta.url));
const heal = manifests(at("heal"));
const bot = manifests(at(""));
const one = (kind: string, from = heal.objects) => {
  const found = from.find((object) => object.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
};

const Pod = z.looseObject({
  serviceAccountName: z.string(),
  containers: z.tuple([z.looseObject({ image: z.string(), args: z.array(z.string()) })]),
});
const Template = z.object({ metadata: z.looseObject({}), spec: Pod });
const Cron = z.object({
  spec: z.object({
    schedule: z.string(),
    concurrencyPolicy: z.string(),
    jobTemplate: z.object({ spec: z.object({ template: Template }) }),
  }),
});
const cron = Cron.parse(one("CronJob")).spec;
const { template } = cron.jobTemplate.spec;
const [container] = template.spec.containers;

it("runs setup --if-refused every two minutes, as an account of its own, from the bot's image and configuration", () => {
  expect(heal.forgotten).toEqual([]);
  expect(cron).toMatchObject({ schedule: "*/2 * * * *", concurrencyPolicy: "Forbid" });
  expect(template.spec.serviceAccountName).toBe(one("ServiceAccount").metadata.name);
  expect(template.spec.serviceAccountName).not.toBe(one("ServiceAccount", bot.objects).metadata.name);
  expect(heal.images).toEqual(bot.images);
  const [image] = bot.images;
  expect(container.image).toBe(`${image?.newName}:${image?.newTag}`);
  const [node, main, command, ...options] = container.args;
  expect([node, main, command]).toEqual(["node", "src/main.ts", "setup"]);
  expect(setupOptions(options)).toMatchObject({ ifRefused: true, from: "cluster", namespace: "karpor" });
  expect(container).not.toHaveProperty("envFrom");
});

it("may read the hub's own kubeconfig and replace the bot's, and nothing else", () => {
  const rules = heal.objects
    .filter(({ kind }) => kind === "Role")
    .map(({ metadata, rules }) => [metadata.namespace, rules]);
  const rule = (resources: string, name: string, ...verbs: string[]) => [
    { apiGroups: [""], resources: [resources], resourceNames: [name], verbs },
  ];
  expect(rules).toEqual([
    ["karpor", rule("configmaps", "karpor-kubeconfig", "get")],
    ["karpor-access", rule("secrets", IN_CLUSTER_SECRET.name, "get", "patch")],
  ]);
  expect(heal.objects.filter(({ kind }) => kind.startsWith("Cluster"))).toEqual([]);
  // The bot itself reads no ConfigMap of Karpor's.
  expect(JSON.stringify(one("Role", bot.objects).rules)).not.toContain("configmaps");
});

needs(envtestAvailable(), envtestAdvice)("with these rights on a real API server", () => {
  const dir = scratch("karpor-access-heal");
  let host: TestHub;
  let admin: HubCaller;
  let hub: LocalHub;
  beforeAll(async () => {
    [host, hub] = await Promise.all([startEnvtest(), startLocalHub({ clock: jumpClock() })]);
    admin = hubClient(host, host.admin);
    for (const name of ["karpor", "karpor-access"])
      await make("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
    for (const object of heal.objects.filter(({ kind }) => kind !== "CronJob" && kind !== "NetworkPolicy"))
      await make(pathOf(object).replace(/\/[^/]+$/, ""), object);
    const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "karpor-kubeconfig" } };
    await make("/api/v1/namespaces/karpor/configmaps", { ...config, data: { config: hub.adminKubeconfig } });
    await asPod();
  }, 90_000);
  beforeEach(() => vi.stubEnv("KUBECONFIG", join(dir.path, "host.kubeconfig")));
  afterEach(() => vi.unstubAllEnvs());
  afterAll(async () => {
    await admin?.close();
    await Promise.all([host?.stop(), hub?.stop()]);
    dir.remove();
  });

  const make = async (path: string, body: object) => {
    const reply = await admin("POST", path, { body });
    expect([200, 201, 409], reply.body.message).toContain(reply.status);
  };
  const SECRETS = "/api/v1/namespaces/karpor-access/secrets";
  /** What the kubelet gives the job's pod, and what KUBECONFIG would be without one. */
  async function asPod() {
    const path = "/api/v1/namespaces/karpor-access/serviceaccounts/karpor-access-heal/token";
    const { body } = await admin("POST", path, { body: { spec: { expirationSeconds: 3600 } } });
    const { token } = body.status as { token: string };
    mkdirSync(dir.path, { recursive: true });
    for (const [name, text] of Object.entries({ token, "ca.crt": host.ca, namespace: "karpor-access" }))
      writeFileSync(join(dir.path, name), text);
    writeFileSync(join(dir.path, "host.kubeconfig"), kubeconfig(host, token));
  }
  const put = async (text: string) => {
    await admin("DELETE", `${SECRETS}/${IN_CLUSTER_SECRET.name}`);
    const data = { [IN_CLUSTER_SECRET.key]: Buffer.from(text).toString("base64") };
    const metadata = { name: IN_CLUSTER_SECRET.name };
    await make(SECRETS, { apiVersion: "v1", kind: "Secret", metadata, data });
  };
  const stored = async () => {
    const { body } = await admin("GET", `${SECRETS}/${IN_CLUSTER_SECRET.name}`);
    const data = body.data as Record<string, string>;
    return Buffer.from(data[IN_CLUSTER_SECRET.key] ?? "", "base64").toString();
  };
  async function run(): Promise<string> {
    const file = parse(readFileSync(at("config.yml"), "utf8"));
    file.hub = { ...file.hub, server: hub.url, namespace: GRANTS_NAMESPACE };
    writeFileSync(join(dir.path, "config.yml"), stringify(file));
    const { hostname, port } = new URL(host.url);
    const config = loadForHub({
      KARPOR_ACCESS_CONFIG: join(dir.path, "config.yml"),
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
    });
    const said: string[] = [];
    await setup(config, setupOptions(container.args.slice(3)), {
      ...{ log: pino({ level: "silent" }), clock: systemClock(), mount: dir.path },
      say: (line) => void said.push(line),
      confirm: async () => false,
    });
    return said.join("\n");
  }
  const dead = (text: string) => {
    const file = parse(text);
    const user = file.users[0].user;
    user.token = `${user.token.slice(0, -8)}AAAAAAAA`;
    return stringify(file);
  };

  it("a kubeconfig that works stays as it is", async () => {
    const own = await botKubeconfig(hub);
    await put(own);
    expect(await run()).toBe("The hub takes the bot's own kubeconfig: nothing was changed.");
    expect(await stored()).toBe(own);
  });

  it.each([
    ["is away", { status: 503 }],
    ["stands behind a proxy that refuses", { status: 401, html: true }],
  ])("a hub that %s changes nothing", async (_what, failure) => {
    const own = dead(await botKubeconfig(hub));
    await put(own);
    hub.meddle({ before: async () => failure, after: async () => true });
    const said = await run().finally(() => hub.meddle(undefined));
    expect(said).toMatch(/^The hub does not say that it refuses the bot, so nothing was changed/);
    expect(await stored()).toBe(own);
  });

  it("a kubeconfig that the hub refuses is made anew, once", async () => {
    const own = dead(await botKubeconfig(hub));
    await put(own);
    expect(await run()).toContain("wrote      the Secret karpor-access/karpor-access-hub, the token of");
    const fresh = await stored();
    expect(fresh).not.toBe(own);
    // The administrator's trusts any certificate.
    expect(parse(fresh).clusters[0].cluster).toEqual(parse(own).clusters[0].cluster);
    for (const secret of Object.values<string>(parse(hub.adminKubeconfig).users[0].user))
      expect(fresh).not.toContain(secret);
    expect(await run()).toMatch(/^The hub takes/);
    expect(await stored()).toBe(fresh);
  });
});

describe("what --if-refused goes with", () => {
  it.each([
    ["--rotate", "--from-cluster"],
    ["--dry-run", "--from-cluster"],
    ["--out", "x", "--from-cluster"],
  ])("not with %s", (...args) => {
    expect(() => setupOptions(["--if-refused", ...args])).toThrow(/leave --rotate, --dry-run and --out out/);
  });
});
