/** What the docs name is there: pages and their headings, files, commands and their options, variables, keys of the configuration, metrics, keys of Redis. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { auditOptions } from "../../src/cli/audit/options.ts";
import { doctorOptions } from "../../src/cli/doctor/options.ts";
import { grantsOptions } from "../../src/cli/grants/options.ts";
import { policyCommand } from "../../src/cli/policy/index.ts";
import { asksForHubAudit, asksForManifest, setupOptions } from "../../src/cli/setup/options.ts";
import { createInstruments } from "../../src/metrics/instruments.ts";
import { keysOf } from "../../src/store/keys.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const pages = globSync(["*.md", "{bench,deploy,docs}/**/*.md"], { cwd: root });
const prose = (path: string) => read(path).replaceAll(/^```[\s\S]*?^```/gm, "");

/** As GitHub makes them. */
const anchors = (path: string) =>
  [...prose(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );

test.each(pages)("%s links to what is there", (page) => {
  const links = [...prose(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)];
  const lost = links.filter(([, path = "", anchor]) => {
    const to = path === "" ? page : join(dirname(page), path);
    if (!existsSync(join(root, to))) return true;
    const text = to.endsWith(".md") ? to : join(to, "README.md");
    return anchor && !anchors(text).includes(decodeURIComponent(anchor));
  });
  expect(lost.map(([link]) => link)).toEqual([]);
});

test.each(pages)("%s names files that are there", (page) => {
  const named = read(page).matchAll(/`((?:src|test|sandbox|deploy|docs|bench|\.ci|\.github)\/[\w./-]*)`/g);
  expect([...named].map(([, path = ""]) => path).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

const scripts = JSON.parse(read("package.json")).scripts;
const READERS: Record<string, (args: string[]) => unknown> = {
  setup: (args) => asksForManifest(args) ?? asksForHubAudit(args) ?? setupOptions(args),
  doctor: doctorOptions,
  grants: grantsOptions,
  policy: policyCommand,
  audit: auditOptions,
};
const FOR: Record<string, string> = {
  "R-…": "R-7K2Q9FXT",
  URL: "https://bot.example.com",
  "812:ab12…": `812:${"ab12".repeat(16)}`,
};

test.each(pages)("%s names commands, and options of them, that there are", (page) => {
  const commands = /(?:npm run (?:-s |--silent )?|node src\/main\.ts )([a-z]+)([^`|>#\n]*)/g;
  for (const [line, name = "", rest = ""] of read(page).matchAll(commands)) {
    expect(scripts, line).toHaveProperty(name);
    const args = rest.split(/\s+/).filter((word) => !["", "--", "…"].includes(word));
    if (args.length > 0)
      expect(() => READERS[name]?.(args.map((word) => FOR[word] ?? word)), line).not.toThrow();
  }
});

test.each(["README.md", "README.zh.md"])("%s names each variable that is read, and no other", (page) => {
  const [, shape = ""] =
    /const Environment = z\n {2}\.object\(\{([\s\S]*?)\n {2}\}\)/.exec(read("src/config.ts")) ?? [];
  const known = [...shape.matchAll(/^ {4}([A-Z_]+): /gm)].map(([, name = ""]) => name);
  // Kubernetes sets the first two, and tests the last.
  const ours = known.filter((name) => !/^(KUBERNETES_\w+|SLACK_API_URL)$/.test(name));
  const rows = read(page)
    .split("\n")
    .flatMap((line) => /^\| (`[A-Z_]{4,}`[^|]*)\|/.exec(line)?.[1] ?? []);
  const named = rows.flatMap((row) => [...row.matchAll(/`([A-Z_]{4,})`/g)].map(([, name]) => name));
  expect(named.toSorted()).toEqual([...ours, "NODE_EXTRA_CA_CERTS"].toSorted());
});

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  anyOf?: Schema[];
}
const keysIn = (schema: Schema | boolean | undefined): string[] => {
  if (typeof schema !== "object") return [];
  const { properties = {}, items, additionalProperties, anyOf = [] } = schema;
  const within = [...Object.values(properties), items, additionalProperties, ...anyOf];
  return [...Object.keys(properties), ...within.flatMap(keysIn)];
};

test.each(["README.md", "README.zh.md"])("%s has each key of the configuration in its table", (page) => {
  const table =
    read(page)
      .match(/^\| .+$/gm)
      ?.join("\n") ?? "";
  const keys = new Set(keysIn(JSON.parse(read("karpor-access.schema.json"))));
  expect(keys.size).toBeGreaterThan(60);
  expect([...keys].filter((key) => !new RegExp(`\\b${key}\\b`).test(table))).toEqual([]);
});

test("each metric that a page names is there, and each that is there stands in rules or dashboard", async () => {
  const registry = new Registry();
  createInstruments(registry);
  const known = registry.getMetricsAsArray().map(({ name }) => name);
  const namedIn = (paths: string[]) =>
    new Set(paths.flatMap((path) => read(path).match(/karpor_access_[a-z]\w*/g) ?? []));
  expect([...namedIn(pages)].filter((name) => !known.includes(name))).toEqual([]);
  const watched = namedIn(["alerts.yml", "dashboard.json"].map((file) => `deploy/observability/${file}`));
  const parts = ["", "_bucket", "_count", "_sum"];
  expect(known.filter((name) => !parts.some((part) => watched.has(name + part)))).toEqual([]);
});

test.each(["docs/evidence.md", "docs/zh/evidence.md"])(
  "%s removes all that the hub told, but for what goes by itself within minutes",
  (page) => {
    const { prefix, heard, gaps, ...keys } = keysOf("INSTANCE");
    const [, script = ""] = /```sh\n(for kind in [\s\S]*?)```/.exec(read(page)) ?? [];
    const kinds = /for kind in (.+);/.exec(script)?.[1]?.split(" ") ?? [];
    const removed = [...script.matchAll(/"(\{[^"$]+)"/g)].map(([, key]) => key);
    const each = (["use", "changes", "addresses", "agents", "rights", "signs", "refusals"] as const).map(
      (name) => keys[name]("").slice(prefix.length + 1, -1),
    );
    expect(kinds.toSorted()).toEqual(each.toSorted());
    const told = Object.entries(keys).flatMap(([name, key]) =>
      name.startsWith("hub") && typeof key === "string" ? key : [],
    );
    expect(removed.toSorted()).toEqual([heard, gaps, ...told].toSorted());
  },
);

test.each([
  ["docs/security.md", "**Whoever may edit user groups in Slack** decides who approves"],
  ["docs/install.md", "user groups need a paid plan of Slack"],
  ["docs/zh/security.md", "**可以编辑 Slack 用户组的人**"],
  ["docs/zh/install.md", "用户组需要 Slack 付费版"],
])("%s says what to know before a user group approves", (page, words) => expect(read(page)).toContain(words));
