/** deploy/chart as Helm renders it. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { CHART_SCHEMA, chartSchema } from "../../scripts/chart-schema.ts";
import { ConfigFile } from "../../src/config-schema.ts";
import { needs } from "../helpers/machine.ts";
import { helm, type KubeObject, podsIn, render } from "./helm.ts";
import { CONFIG_FILE, config, configWith, exampleConfig, least, RELEASES } from "./releases.ts";

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

it("has the version of the bot, and knows today's configuration: npm run schema writes it", () => {
  const { version } = JSON.parse(text("package.json"));
  expect(parse(text("deploy/chart/Chart.yaml"))).toMatchObject({ version, appVersion: version });
  expect(readFileSync(CHART_SCHEMA, "utf8")).toBe(chartSchema());
});

it("documents each value, and its schema knows each", () => {
  const leaves = (value: object, above = ""): string[] =>
    Object.entries(value).flatMap(([key, inner]) =>
      isMapping(inner) && key !== "resources" ? leaves(inner, `${above}${key}.`) : [above + key],
    );
  const known = (schema: { properties?: object }, above = ""): string[] =>
    Object.entries(schema.properties ?? {}).flatMap(([key, inner]) =>
      inner.properties ? known(inner, `${above}${key}.`) : [above + key],
    );
  const rows = text("deploy/chart/README.md").match(/^\| `.+?\|/gm) ?? [];
  const documented = rows.flatMap((row) => [...row.matchAll(/`([\w.]+)`/g)].map(([, name]) => name));
  const all = leaves(parse(text("deploy/chart/values.yaml")));
  expect(documented).toEqual(expect.arrayContaining(all));
  expect(known(JSON.parse(chartSchema())).toSorted()).toEqual(["global", ...all].toSorted());
});

const isMapping = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

const find = (objects: KubeObject[], kind: string, name = "karpor-access") => {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`There is no ${kind} ${name}.`);
  return found;
};
const Template = z.object({ spec: z.object({ template: z.looseObject({ metadata: z.looseObject({}) }) }) });
const podTemplate = (objects: KubeObject[], name = "karpor-access") =>
  Template.parse(find(objects, "Deployment", name)).spec.template as unknown as KubeObject;

needs("Helm")("rendered", () => {
  it.each(Object.keys(RELEASES))("is taken by helm lint --strict: %s", async (name) => {
    const { status, out, err } = await helm("lint", { values: RELEASES[name] ?? {}, args: ["--strict"] });
    expect(status, out + err).toBe(0);
  });

  it("names no object twice, also with two releases in one namespace", async () => {
    const values = RELEASES.everything ?? {};
    const both = await Promise.all(
      ["production", "karpor-access-staging", "a".repeat(53)].map((name) => render({ name, values })),
    );
    const names = both.flat().map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(["Deployment karpor-access/production-karpor-access"]));
    for (const { metadata } of both.flat()) expect(metadata.name).toMatch(/^[a-z][a-z0-9-]{0,50}[a-z0-9]$/);
  });

  it("selects the bot's pods alone: the doctor's get no request of Slack's", async () => {
    const objects = await render({ values: RELEASES.everything ?? {} });
    const { selector } = find(objects, "Service").spec as { selector: object };
    expect(podTemplate(objects).metadata.labels).toEqual({ ...selector, team: "platform" });
    expect(find(objects, "Pod", "karpor-access-test").metadata.labels).not.toMatchObject(selector);
    expect(JSON.stringify(find(objects, "CronJob", "karpor-access-canary"))).not.toContain('"bot"');
  });

  it("carries a configuration that the bot understands, as a mapping and as the file's own text", async () => {
    const carried = async (values: object, args: string[] = []) => {
      const { data } = find(await render({ values, args }), "ConfigMap") as { data?: unknown };
      return z.object({ "karpor-access.yml": z.string() }).parse(data)["karpor-access.yml"];
    };
    const asText = await carried({ image: least.image }, ["--set-file", `config=${CONFIG_FILE}`]);
    expect(asText.trim()).toBe(config.trim());
    const asMapping = await carried({ image: least.image, config: exampleConfig() });
    expect(ConfigFile.parse(parse(asMapping))).toEqual(ConfigFile.parse(exampleConfig()));
  });

  it("replaces the pods, one after another, when anything in the configuration changes", async () => {
    const rendered = async (text: string) => render({ values: { ...least, config: text } });
    const checksum = async (text: string) =>
      (podTemplate(await rendered(text)).metadata as { annotations?: object }).annotations;
    expect(await checksum(config)).toEqual(await checksum(`${config}\n# a comment\n`));
    expect(await checksum(config)).not.toEqual(await checksum(config.replace("7d", "6d")));
    expect(find(await rendered(config), "Deployment").spec).toMatchObject({
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    });
  });

  it("gives the bot and its doctor the same image, variables and files", async () => {
    const objects = await render({ values: { ...RELEASES.everything, hubAudit: { tlsSecret: "tls" } } });
    const pods = [podTemplate(objects), find(objects, "Pod", "karpor-access-test")];
    const given = pods.map(({ spec }) => {
      const { containers, volumes } = spec as { containers: Record<string, unknown>[]; volumes: object };
      const { image, env, envFrom, volumeMounts } = containers[0] ?? {};
      return { image, env, envFrom, volumeMounts, volumes };
    });
    expect(given[0]).toEqual(given[1]);
    expect(JSON.stringify(given[0])).toMatch(/karpor-access@sha256:.*NODE_EXTRA_CA_CERTS.*\/hub-audit/);
    expect(JSON.stringify(given[0])).toContain("redis://karpor-access-redis.karpor-access:6379");
    const canary = JSON.stringify(find(objects, "CronJob", "karpor-access-canary"));
    expect(canary).toContain('"args":["node","src/main.ts","doctor","--canary"]');
  });

  it("gives the bot no right but to its own kubeconfig's Secret, and the healing job Karpor's too", async () => {
    const objects = await render({ values: RELEASES["HTTP, a proxy, and Karpor elsewhere"] ?? {} });
    const roles = objects.filter(({ kind }) => kind === "Role");
    const rule = (resource: string, name: string, ...verbs: string[]) => [
      { apiGroups: [""], resources: [resource], resourceNames: [name], verbs },
    ];
    expect(roles.map(({ metadata, rules }) => [metadata.namespace, metadata.name, rules])).toEqual([
      ["observability", "karpor-access-heal", rule("configmaps", "karpor-kubeconfig", "get")],
      ["vault", "karpor-access-heal", rule("secrets", "hub", "get", "patch")],
      ["vault", "karpor-access-hub", rule("secrets", "hub", "get", "patch")],
    ]);
    expect(objects.filter(({ kind }) => kind.startsWith("Cluster"))).toEqual([]);
    expect(JSON.stringify(find(objects, "CronJob", "karpor-access-heal"))).toContain(
      '"args":["node","src/main.ts","setup","--if-refused","--from-cluster","--namespace","observability"]',
    );
  });

  it("lets the hub in on the port that the configuration says", async () => {
    const values = RELEASES["the hub's audit log over TLS"] ?? {};
    const objects = await render({ values });
    const name = "karpor-access-hub-audit";
    expect(find(objects, "Service", name).spec).toMatchObject({ ports: [{ port: 9443, targetPort: 9443 }] });
    expect(JSON.stringify(find(objects, "NetworkPolicy", name))).toContain('"ports":[{"port":9443}]');
    const audit = { hub: { tokenEnv: "HUB_AUDIT_TOKEN" } };
    const onOwn = await render({ values: { ...values, config: { ...parse(config), audit } } });
    expect(JSON.stringify(find(onOwn, "NetworkPolicy", name))).toContain('"ports":[{"port":3000}]');
    expect(() => find(onOwn, "Service", name)).toThrow();
  });

  it("brings the gateway of deploy/gateway, by HTTP behind an ingress for the dashboard's host", async () => {
    const objects = await render({ values: RELEASES.everything ?? {} });
    const name = "karpor-access-gateway";
    const files = ["gateway.conf.template", "login.html"].map((file) => [
      file,
      text(`deploy/gateway/${file}`),
    ]);
    expect(find(objects, "ConfigMap", name)).toMatchObject({ data: Object.fromEntries(files) });
    expect(find(objects, "Service", name).spec).toMatchObject({ ports: [{ name: "http", port: 80 }] });
    expect(find(objects, "Ingress", name)).toMatchObject({
      metadata: { annotations: { of: "it" } },
      spec: { tls: [{ hosts: ["karpor.example.com"], secretName: "web" }] },
    });
    const { spec, metadata } = podTemplate(objects, name);
    expect(metadata).toMatchObject({
      annotations: { "checksum/config": expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(JSON.stringify(spec)).toContain(
      '{"name":"GATEWAY_KARPOR","value":"karpor-server.karpor.svc:7443"}',
    );
    expect(JSON.stringify(spec)).toContain('{"name":"GATEWAY_VERIFY","value":"off"}');
    const policy = find(objects, "NetworkPolicy", name).spec;
    expect(policy).toMatchObject({ ingress: [{ from: [{}], ports: [{ port: 8443 }] }] });
    expect(policy).toMatchObject({
      egress: [{ ports: [{ port: 53 }, { port: 53 }] }, { ports: [{ port: 7443 }] }],
    });
  });

  const paths = (ingress: KubeObject) =>
    z
      .object({ rules: z.array(z.object({ host: z.string(), http: z.object({ paths: z.array(z.any()) }) })) })
      .parse(ingress.spec)
      .rules.flatMap(({ host, http }) =>
        http.paths.map(({ path, backend }) => [host, path, backend.service]),
      );

  it("leads Slack to one path of the bot, and browsers to the passkey pages alone", async () => {
    const overHttp = await render({ values: RELEASES["HTTP, a proxy, and Karpor elsewhere"] ?? {} });
    const bot = { name: "karpor-access", port: { name: "http" } };
    expect(paths(find(overHttp, "Ingress", "karpor-access-slack"))).toEqual([
      ["bot.example.com", "/slack/events", bot],
    ]);
    const pages = await render({ values: RELEASES["passkey pages"] ?? {} });
    expect(pages.filter(({ kind }) => kind === "Ingress")).toHaveLength(1);
    const web = find(pages, "Ingress", "karpor-access-web");
    expect(paths(web)).toEqual([
      ["access.example.com", "/access/approve/", bot],
      ["access.example.com", "/access/passkey/", bot],
    ]);
    expect(web).toMatchObject({
      metadata: { annotations: { of: "it" } },
      spec: { ingressClassName: "nginx", tls: [{ hosts: ["access.example.com"], secretName: "web" }] },
    });
  });

  it("puts what an operator wants of pods on each, and keeps its own selectors", async () => {
    const objects = await render({ values: RELEASES.everything ?? {} });
    const pods = objects.flatMap(podsIn);
    expect(pods).toHaveLength(6);
    for (const { metadata, spec } of pods) {
      expect(metadata).toMatchObject({
        labels: { team: "platform", "app.kubernetes.io/instance": "karpor-access" },
        annotations: { "example.com/scrape": "none" },
      });
      expect(spec).toMatchObject({
        priorityClassName: "system-cluster-critical",
        tolerations: [{ key: "spot" }],
        affinity: { nodeAffinity: {} },
      });
    }
    expect(JSON.stringify(podTemplate(objects).spec)).toContain("topology.kubernetes.io/zone");
    expect(find(objects, "ServiceAccount").metadata).toMatchObject({
      annotations: { "example.com/role": "bot" },
    });
    const gateway = podTemplate(objects, "karpor-access-gateway");
    expect(JSON.stringify(gateway.spec)).toMatch(/nginx-unprivileged:[\d.]+-alpine@sha256:0b.*"cpu":"20m"/);
    expect(find(objects, "Deployment", "karpor-access-gateway").spec).toMatchObject({ replicas: 3 });
    expect(find(objects, "PodDisruptionBudget", "karpor-access-gateway").spec).toMatchObject({
      selector: { matchLabels: { "app.kubernetes.io/name": "karpor-access-gateway" } },
    });
  });

  it("gives the gateway a certificate of its own, and checks Karpor's, where both are named", async () => {
    const objects = await render({
      values: RELEASES["a gateway with a certificate, for a Karpor with a certificate"] ?? {},
    });
    const name = "karpor-access-gateway";
    expect(find(objects, "Service", name).spec).toMatchObject({
      ...{ type: "LoadBalancer", ports: [{ name: "https", port: 443 }] },
    });
    const pod = JSON.stringify(podTemplate(objects, name));
    for (const part of ["8443 ssl", "karpor-server.observability.svc:7443", '"on"', '"scheme":"HTTPS"'])
      expect(pod).toContain(part);
    expect(() => find(objects, "Ingress", name)).toThrow();
  });

  it("brings the alert rules of deploy/observability", async () => {
    const objects = await render({ values: RELEASES.everything ?? {} });
    expect(find(objects, "PrometheusRule")).toMatchObject({
      metadata: { labels: { release: "kube-prometheus-stack" } },
      spec: parse(text("deploy/observability/alerts.yml")),
    });
  });

  it.each(["docs/install.md", "docs/zh/install.md", "deploy/chart/README.md"])(
    "is installed as %s says",
    async (page) => {
      const said = text(page).replaceAll("\\\n", " ");
      const [, given = ""] = /^helm upgrade --install karpor-access deploy\/chart (.+)$/m.exec(said) ?? [];
      const args = given.replace("config=karpor-access.yml", `config=${CONFIG_FILE}`).split(/\s+/);
      const { status, err } = await helm("template", { args });
      expect(status, err).toBe(0);
    },
  );

  const behind = { ...least, config: configWith("gateway: true,") };
  const hubAs = (hub: string) => ({ ...least, config: config.replace("inCluster: true", hub) });
  it.each<[string, object, RegExp]>([
    ["no image", { config }, /image\.repository is empty: build and push the image/],
    ["no configuration", { image: least.image }, /config is empty: give the whole of karpor-access\.yml/],
    ["a configuration that is no YAML", { ...least, config: "a: [" }, /config is no YAML: .*line 1/],
    ["a file that no pod has", hubAs("kubeconfig: a"), /which no pod has: put inCluster: true in its place/],
    ["a kubeconfig that is nowhere", hubAs("known: []"), /does not say where the kubeconfig is/],
    [
      "a certificate that no pod has",
      { ...least, config: `${config}\naudit: { hub: { tokenEnv: T, port: 1, tls: { cert: a, key: b } } }\n` },
      /config\.audit\.hub\.tls names files that no pod has: name their Secret as hubAudit\.tlsSecret/,
    ],
    ["a mistyped value", { ...least, replica: 3 }, /additional properties 'replica' not allowed/],
    [
      "what the bot would refuse in a mapping",
      { ...least, config: { ...parse(config), admins: ["alice"] } },
      /at '\/config\/admins\/0': .*does not match pattern/,
    ],
    ["two Redises", { ...least, redis: { enabled: true, url: "redis://redis.data" } }, /leave one of them/],
    ["a password in clear", { ...least, redis: { url: "redis://:secret@redis.data" } }, /at '\/redis\/url'/],
    [
      "metrics that nobody may read",
      { ...least, networkPolicy: { enabled: true }, serviceMonitor: { enabled: true } },
      /say under networkPolicy\.metricsFrom where your Prometheus runs/,
    ],
    [
      "a gateway that nobody may reach",
      { ...behind, networkPolicy: { enabled: true }, gateway: { enabled: true, tlsSecret: "web" } },
      /say under networkPolicy\.gatewayFrom who may/,
    ],
    [
      "a gateway without TLS",
      { ...behind, gateway: { enabled: true } },
      /has no TLS, without which browsers keep no cookie/,
    ],
    ["a gateway that is nowhere", behind, /set gateway\.enabled, or take it out of the configuration/],
    [
      "a gateway that the bot would not use",
      { ...least, gateway: { enabled: true, tlsSecret: "web" } },
      /put gateway: true under config\.hub/,
    ],
    ["six replicas in Socket Mode", { ...least, replicas: 6 }, /Socket Mode allows ten connections/],
    [
      "Slack over HTTP at no host",
      { ...least, slackIngress: { enabled: true } },
      /slackIngress\.host is empty/,
    ],
    ["passkey pages at no host", { ...least, webIngress: { enabled: true } }, /put web: https:/],
    [
      "an ingress that may not reach the bot",
      {
        ...least,
        networkPolicy: { enabled: true },
        slackIngress: { enabled: true, host: "bot.example.com" },
      },
      /say under networkPolicy\.httpFrom where your ingress controller runs/,
    ],
    [
      "a label by which the chart selects",
      { ...least, podLabels: { "app.kubernetes.io/name": "other" } },
      /invalid propertyName 'app\.kubernetes\.io\/name'/,
    ],
    ["a variable without a name", { ...least, extraEnv: [{ value: "1" }] }, /at '\/extraEnv\/0'/],
  ])("refuses %s, and says what to do", async (_what, values, said) => {
    const { status, err } = await helm("template", { values });
    expect(status).not.toBe(0);
    expect(err).toMatch(said);
  });
});
