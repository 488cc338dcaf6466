/** deploy/chart as Helm renders it: over a matrix of values, what it refuses, and that deploy/kubernetes says the same. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { scratch } from "../../sandbox/child.ts";
import { CHART_SCHEMA, chartSchema } from "../../scripts/chart-schema.ts";
import { ConfigFile, readConfig } from "../../src/config.ts";
import { PolicyFile } from "../../src/domain/policy-file.ts";
import { helm, helmAdvice, helmAvailable, render } from "../helpers/helm.ts";
import { needs } from "../helpers/needs.ts";
import { podOf } from "./api-server.ts";
import { type DeployManifest, manifests } from "./manifests.ts";
import { CONFIG_FILE, config, least, RELEASES, wholeConfig } from "./releases.ts";

const at = (path: string) => fileURLToPath(new URL(`../../deploy/${path}`, import.meta.url));
const text = (path: string) => readFileSync(at(path), "utf8");

it("bears the version of the bot", () => {
  const { version } = JSON.parse(text("../package.json"));
  expect(parse(text("chart/Chart.yaml"))).toMatchObject({ version, appVersion: version });
});

it("knows today's configuration: npm run schema writes it", () =>
  expect(readFileSync(CHART_SCHEMA, "utf8")).toBe(chartSchema()));

it("documents each value, and its schema knows each", () => {
  const values = parse(text("chart/values.yaml"));
  const open = new Set(["resources"]);
  const leaves = (of: object, above = ""): string[] =>
    Object.entries(of).flatMap(([key, value]) => {
      const path = above + key;
      const within = value && typeof value === "object" && !Array.isArray(value) && !open.has(path);
      return within && Object.keys(value).length > 0 ? leaves(value, `${path}.`) : [path];
    });
  const known = (schema: { properties?: object }, above = ""): string[] =>
    Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
      value.properties ? known(value, `${above}${key}.`) : [above + key],
    );
  const rows = text("chart/README.md").match(/^\| `.+?\|/gm) ?? [];
  const documented = rows.flatMap((row) => [...row.matchAll(/`([\w.]+)`/g)].map(([, name]) => name));
  const all = leaves(values);
  expect(documented).toEqual(expect.arrayContaining(all));
  expect(known(JSON.parse(chartSchema())).toSorted()).toEqual(["global", ...all].toSorted());
});

const Selected = z.object({ matchLabels: z.record(z.string(), z.string()) });
const Workload = z.object({
  spec: z.object({
    selector: Selected,
    template: z.object({
      metadata: z.object({
        labels: z.record(z.string(), z.string()),
        annotations: z.record(z.string(), z.string()).default({}),
      }),
      spec: z.looseObject({ containers: z.tuple([z.looseObject({ image: z.string() })]) }),
    }),
  }),
});
const one = (objects: DeployManifest[], kind: string) => {
  const found = objects.find((object) => object.kind === kind && !/redis/.test(object.metadata.name));
  if (!found) throw new Error(`no ${kind}`);
  return found;
};
const deployment = (objects: DeployManifest[]) => Workload.parse(one(objects, "Deployment")).spec;
const keyOf = ({ kind, metadata: { namespace, name } }: DeployManifest) => `${kind} ${namespace}/${name}`;

needs(helmAvailable(), helmAdvice)("the chart, rendered", () => {
  const dir = scratch("karpor-access-chart");
  afterAll(() => dir.remove());
  let all: [string, DeployManifest[]][];
  beforeAll(async () => {
    const rendered = Object.entries(RELEASES).map(async ([name, values]) => [name, await render({ values })]);
    all = (await Promise.all(rendered)) as typeof all;
  });

  it("is taken by helm lint as it is", async () => expect(await helm("lint")).toMatchObject({ status: 0 }));

  it.each(Object.keys(RELEASES))("is taken by helm lint --strict with %s", async (name) => {
    const { status, out, err } = await helm("lint", { values: RELEASES[name] ?? {}, args: ["--strict"] });
    expect(status, out + err).toBe(0);
  });

  it("names no object twice, and what selects stays what it is, whatever the values", () => {
    const selector = {
      "app.kubernetes.io/name": "karpor-access",
      "app.kubernetes.io/instance": "karpor-access",
      "app.kubernetes.io/component": "bot",
    };
    for (const [name, objects] of all) {
      expect(new Set(objects.map(keyOf)).size, name).toBe(objects.length);
      const { selector: asked, template } = deployment(objects);
      expect(asked.matchLabels, name).toEqual(selector);
      expect(template.metadata.labels, name).toEqual(selector);
      expect(one(objects, "Service").spec, name).toMatchObject({ selector });
      // The pod of `helm test` takes no request of Slack's.
      expect(one(objects, "Pod").metadata, name).not.toMatchObject({ labels: selector });
    }
  });

  it("lets two releases stand in one namespace", async () => {
    const values = { ...RELEASES["all that deploy/kubernetes has"], redis: { enabled: true } };
    const both = ["production", "karpor-access-staging"].map((name) => render({ name, values }));
    const names = (await Promise.all(both)).flat().map(keyOf);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("Deployment karpor-access/production-karpor-access");
    expect(names).toContain("Deployment karpor-access/karpor-access-staging");
    const longest = "a".repeat(53);
    for (const { metadata } of await render({ name: longest, values }))
      expect(metadata.name.length).toBeLessThanOrEqual(52);
    // Helm takes a dot, and a Service does not.
    for (const { metadata } of await render({ name: `${"a".repeat(39)}.bot.two`, values }))
      expect(metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
    // Helm takes a digit first, and a Service does not.
    for (const name of ["2-bots", "2-karpor-access"])
      for (const { metadata } of await render({ name, values }))
        expect(metadata.name).toMatch(/^karpor-access-2-/);
  });

  it("leaves the count of replicas to an autoscaler, or a hand, where that is null", async () => {
    const [deployment] = (await render({ values: { ...least, replicas: null } })).filter(
      ({ kind }) => kind === "Deployment",
    );
    expect(deployment?.spec).toMatchObject({ replicas: null });
  });

  it("carries a configuration that the bot understands, as a mapping and as the file's own text", async () => {
    const path = join(dir.path, "karpor-access.yml");
    const carried = async (values: object, args: string[] = []) => {
      const { data } = z
        .object({ data: z.record(z.string(), z.string()) })
        .parse(one(await render({ values, args }), "ConfigMap"));
      writeFileSync(path, data["karpor-access.yml"] ?? "");
      const { mistakes } = readConfig(path);
      expect(mistakes).toEqual([]);
      return readFileSync(path, "utf8");
    };
    const { config: _, ...rest } = least;
    expect(await carried(rest, ["--set-file", `config=${CONFIG_FILE}`])).toBe(`${config.trimEnd()}\n`);
    const whole = wholeConfig();
    expect(ConfigFile.parse(parse(await carried({ ...rest, config: whole })))).toEqual(
      ConfigFile.parse(whole),
    );
  });

  it("replaces the pods where a setting needs a start, and only there", async () => {
    const checksum = async (edit: (file: Record<string, object>) => void) => {
      const file = structuredClone(wholeConfig());
      edit(file);
      return deployment(await render({ values: { ...least, config: file } })).template.metadata.annotations[
        "checksum/config"
      ];
    };
    const [, omitted = ""] = /omit \$config (.+?) \|/.exec(text("chart/templates/deployment.yaml")) ?? [];
    expect(omitted).toBe(
      Object.keys(PolicyFile.shape)
        .toSorted()
        .map((key) => `"${key}"`)
        .join(" "),
    );
    const before = await checksum(() => {});
    expect(await checksum((file) => Object.assign(file, { admins: ["U0BOB"], reminders: ["5m"] }))).toBe(
      before,
    );
    expect(await checksum((file) => Object.assign(file, { instance: "other" }))).not.toBe(before);
    expect(await checksum((file) => Object.assign(file.slack ?? {}, { channel: "C0OTHER" }))).not.toBe(
      before,
    );
  });

  it.each<[string, object, RegExp]>([
    ["no image", { config }, /image\.repository is empty: build and push the image, and name it/],
    ["no configuration", { image: least.image }, /config is empty: give the whole of karpor-access\.yml/],
    ["a configuration that is no YAML", { ...least, config: "a: [" }, /config is no YAML: .*line 1/],
    [
      "a file that no pod has",
      { ...least, config: config.replace("inCluster: true", "kubeconfig: secrets/hub.kubeconfig") },
      /config\.hub names a kubeconfig or a port-forward, which no pod has: put inCluster: true in its place/,
    ],
    [
      "a kubeconfig that is nowhere",
      { ...least, config: config.replace("inCluster: true", "known: []") },
      /config\.hub does not say where the kubeconfig is: put inCluster: true there, or kubeconfigSecret/,
    ],
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
      "a section that is null",
      { ...least, networkPolicy: null },
      /^- at '': missing property 'networkPolicy'$/m,
    ],
    ["sections that are null", { ...least, heal: null, redis: null }, /missing properties 'redis', 'heal'$/m],
    [
      "what is null and has no default",
      { ...least, redis: { enabled: true, storage: null } },
      /at '\/redis': missing property 'storage'/,
    ],
    [
      "a digest that is none",
      { image: { ...least.image, digest: "latest" }, config },
      /at '\/image\/digest'/,
    ],
  ])("refuses %s, and says what to do", async (_what, values, said) => {
    const { status, err } = await helm("template", { values });
    expect(status).not.toBe(0);
    expect(err).toMatch(said);
  });

  it.each(["chart/README.md", "../docs/install.md", "../docs/zh/install.md"])(
    "is installed as %s says",
    async (path) => {
      const said = text(path).replaceAll("\\\n", " ");
      const [, given = ""] = /^helm upgrade --install karpor-access deploy\/chart (.+)$/m.exec(said) ?? [];
      const args = given.replace("config=karpor-access.yml", `config=${CONFIG_FILE}`).split(/\s+/);
      const { status, err } = await helm("template", { args });
      expect(status, err).toBe(0);
      expect(err).not.toMatch(/level=(WARN|ERROR)/);
    },
  );

  it("finds its own Redis, one that is named, or the one of its Secret", () => {
    const urls = all.map(
      ([, objects]) => /"REDIS_URL","value":"(.+?)"/.exec(JSON.stringify(deployment(objects)))?.[1],
    );
    const own = "redis://karpor-access-redis.karpor-access:6379";
    expect(urls).toEqual([
      undefined,
      undefined,
      own,
      undefined,
      "rediss+sentinel://one:26379,two:26379/primary",
      undefined,
      own,
    ]);
  });

  it("gives the pods the image by its digest where there is one", () => {
    const [, objects = []] = all.find(([name]) => name.includes("digest")) ?? [];
    const image = `registry.example.com/karpor-access@sha256:${"0a".repeat(32)}`;
    expect(deployment(objects).template.spec.containers[0].image).toBe(image);
  });

  it("lets the healing job call what the bot may call more: the hub may listen on a port of its own", () => {
    const [, objects = []] = all.find(([name]) => name.includes("elsewhere")) ?? [];
    const policies = objects.filter(({ kind }) => kind === "NetworkPolicy");
    expect(policies).toHaveLength(2);
    for (const { spec } of policies)
      expect(spec).toMatchObject({ egress: expect.arrayContaining([{ ports: [{ port: 3128 }] }]) });
  });

  it("has the bot, and its doctor, trust the authorities of one's own", () => {
    const [, objects = []] = all.find(([name]) => name.includes("house")) ?? [];
    for (const kind of ["Deployment", "Pod"]) {
      const { spec } = podOf(one(objects, kind));
      expect(spec).toMatchObject({
        containers: [
          {
            env: expect.arrayContaining([{ name: "NODE_EXTRA_CA_CERTS", value: "/ca/ca.crt" }]),
            volumeMounts: expect.arrayContaining([{ name: "ca", mountPath: "/ca", readOnly: true }]),
          },
        ],
        volumes: expect.arrayContaining([{ name: "ca", configMap: { name: "authorities" } }]),
      });
    }
    const none = all.filter(([name]) => !name.includes("house")).flatMap(([, found]) => found);
    expect(JSON.stringify(none)).not.toContain("NODE_EXTRA_CA_CERTS");
  });

  it("follows the Secret that the configuration names, and the namespace where Karpor runs", () => {
    const [, objects = []] = all.find(([name]) => name.includes("elsewhere")) ?? [];
    const roles = objects
      .filter(({ kind }) => kind === "Role")
      .map((role) => [keyOf(role), z.array(z.looseObject({ resourceNames: z.unknown() })).parse(role.rules)]);
    expect(roles).toEqual([
      [
        "Role observability/karpor-access-heal",
        [expect.objectContaining({ resourceNames: ["karpor-kubeconfig"] })],
      ],
      ["Role vault/karpor-access-heal", [expect.objectContaining({ resourceNames: ["hub"] })]],
      ["Role vault/karpor-access-hub", [expect.objectContaining({ resourceNames: ["hub"] })]],
    ]);
    expect(JSON.stringify(one(objects, "CronJob"))).toContain('"--namespace","observability"');
  });

  it("lets the hub in on the port that the configuration gives it, with the keys that it names", () => {
    const [, objects = []] = all.find(([name]) => name.includes("a hub that tells")) ?? [];
    const [service, policy] = ["Service", "NetworkPolicy"].map((kind) =>
      objects.find((object) => object.kind === kind && /hub-audit$/.test(object.metadata.name)),
    );
    expect(service?.spec).toMatchObject({ ports: [{ port: 9443, targetPort: 9443 }] });
    expect(JSON.stringify(policy)).toContain('{"kubernetes.io/metadata.name":"observability"}');
    expect(JSON.stringify(policy)).toContain('"ports":[{"port":9443}]');
    // Doctor reads the pair, too.
    for (const kind of ["Deployment", "Pod"]) {
      const { spec } = podOf(one(objects, kind));
      expect(spec).toMatchObject({
        containers: [
          {
            volumeMounts: expect.arrayContaining([
              { name: "hub-audit", mountPath: "/hub-audit", readOnly: true },
            ]),
          },
        ],
        volumes: expect.arrayContaining([{ name: "hub-audit", secret: { secretName: "karpor-access-tls" } }]),
      });
    }
    const none = all.filter(([name]) => !name.includes("a hub that tells")).flatMap(([, found]) => found);
    expect(JSON.stringify(none)).not.toContain("hub-audit");
  });

  it("lets it in on the bot's own port where it has none of its own", async () => {
    const audit = { hub: { tokenEnv: "HUB_AUDIT_TOKEN" } };
    const values = { ...least, config: { ...parse(config), audit }, networkPolicy: { enabled: true } };
    const made = (await render({ values })).filter(({ metadata }) => /hub-audit$/.test(metadata.name));
    expect(made.map(({ kind }) => kind)).toEqual(["NetworkPolicy"]);
    expect(JSON.stringify(made)).toContain('"ports":[{"port":3000}]');
  });

  it("brings the alert rules of deploy/observability, found by the labels that one's Prometheus asks for", () => {
    const [, objects = []] = all.find(([name]) => name.includes("house")) ?? [];
    const metadata = { labels: { release: "kube-prometheus-stack" } };
    const spec = parse(text("observability/alerts.yml"));
    expect(one(objects, "PrometheusRule")).toMatchObject({ metadata, spec });
    expect(one(objects, "ServiceMonitor")).toMatchObject({ metadata });
  });

  describe("agrees with deploy/kubernetes", () => {
    const [bot, redis, heal, hubAudit] = ["", "redis", "heal", "hub-audit"].map((part) =>
      manifests(at(`kubernetes/${part}`)),
    );
    const image = bot?.images[0];
    const written = [bot, heal].flatMap((part) => part?.objects ?? []);
    const same = (mine: DeployManifest[], theirs: DeployManifest[]) => {
      const comparable = (objects: DeployManifest[]) =>
        Object.fromEntries(objects.map(plain).map((object) => [keyOf(object), object]));
      expect(comparable(mine)).toEqual(comparable(theirs));
    };

    it("in all but the namespace, which Helm leaves to you, and what the chart has more", async () => {
      const values = {
        ...RELEASES["all that deploy/kubernetes has"],
        image: { repository: image?.newName, tag: image?.newTag },
      };
      const more = ["Pod", "Service"];
      same(
        (await render({ values })).filter(({ kind }) => !more.includes(kind)),
        written.filter(({ kind }) => kind !== "Namespace"),
      );
    });

    it("in the hub's way to the bot, where the configuration has it", async () => {
      const hub = { tokenEnv: "HUB_AUDIT_TOKEN", port: 8443 };
      const values = {
        ...RELEASES["all that deploy/kubernetes has"],
        config: { ...parse(config), audit: { hub } },
      };
      const rendered = await render({ values });
      const mine = rendered.filter(({ metadata }) => metadata.name === "karpor-access-hub-audit");
      same(mine, hubAudit?.objects ?? []);
    });

    it("in the Redis for trying, save its name", async () => {
      const rendered = await render({ values: { ...least, redis: { enabled: true } } });
      const mine = rendered.filter(({ metadata }) => metadata.name === "karpor-access-redis");
      const renamed = JSON.stringify(mine).replaceAll('"karpor-access-redis"', '"redis"');
      same(JSON.parse(renamed), redis?.objects ?? []);
    });

    /** Without what the chart adds. */
    function plain(object: DeployManifest): DeployManifest {
      const drop = [
        ...["app.kubernetes.io/instance", "app.kubernetes.io/component", "imagePullPolicy"],
        ...["checksum/config", "annotations"],
      ];
      const { metadata, ...rest } = JSON.parse(JSON.stringify(object), (key, value) =>
        drop.includes(key) ? undefined : value,
      );
      const { labels: _, ...named } = metadata;
      const data = rest.data && { data: { "karpor-access.yml": parse(rest.data["karpor-access.yml"]) } };
      return { ...rest, ...data, metadata: named };
    }
  });
});
