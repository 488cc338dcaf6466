/** What the workflows do, as far as it can be tried here: the changelog, the chart with its image, and actionlint. */
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants, cpSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { scratch } from "../sandbox/child.ts";
import { notesOf, sectionsOf } from "../scripts/changelog.ts";
import { helmAdvice, helmAvailable } from "./helpers/helm.ts";
import { needs } from "./helpers/needs.ts";

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const text = (path: string) => readFileSync(root(path), "utf8");
const CHANGELOG = text("CHANGELOG.md");
const { version } = JSON.parse(text("package.json"));

const release = (...args: string[]) =>
  promisify(execFile)(process.execPath, [root("scripts/release.ts"), ...args]).catch((error) => error);

describe("the changelog", () => {
  it("has what comes on top, then each version, newest first, and the one in hand", () => {
    const [first, ...versions] = sectionsOf(CHANGELOG);
    expect(first?.version).toBe("Unreleased");
    const dates = versions.map(({ date }) => date);
    expect(dates).toEqual(dates.toSorted().reverse());
    expect(versions[0]?.version).toBe(version);
  });

  it("says of a release what its section says", async () => {
    const { stdout } = await release("notes", `v${version}`);
    expect(stdout.trim()).toBe(notesOf(CHANGELOG, version));
    expect(stdout).toMatch(/^### Added\n\n- /);
    expect(stdout).not.toContain("\n## ");
  });

  it("refuses a tag of another version, and a command that is none", async () => {
    expect(await release("notes", "v9.9.9")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`is not of package.json's version ${version}`),
    });
    expect(await release("publish")).toMatchObject({ code: 1, stderr: expect.stringContaining("Usage:") });
  });

  it.each([
    ["## 1.0.0 - 2026-11-25\n", /must read ## \[Unreleased\]/],
    ["## [1.0.0]\n", /must read/],
    ["## [Unreleased] - 2026-11-25\n", /must read/],
    ["## [1.0.0] - 2026-11-25\n\n### New\n", /\[1\.0\.0\] says "New"; say Added/],
  ])("refuses %j", (changelog, said) => expect(() => sectionsOf(changelog)).toThrow(said));

  it("says what to do where a version is not in it", () =>
    expect(() => notesOf("## [Unreleased]\n\n- new\n", "1.0.0")).toThrow(/says nothing of 1\.0\.0: make/));
});

test("npm version takes the chart along, and each image that pages and manifests name, and commits it with the rest", async () => {
  const dir = scratch("karpor-access-version");
  for (const path of ["package.json", "package-lock.json", "scripts/version.ts", "deploy", "docs"])
    cpSync(root(path), join(dir.path, path), { recursive: true });
  symlinkSync(root("node_modules"), join(dir.path, "node_modules"));
  const env = { PATH: process.env.PATH ?? "", HOME: dir.path };
  const sh = (command: string) => promisify(execFile)("sh", ["-ec", command], { cwd: dir.path, env });
  await sh("git init -q; git config user.name x; git config user.email x@example.com");
  await sh("git add package.json package-lock.json scripts deploy docs; git commit -qm before");
  await sh("npm version 9.8.7");
  const { stdout } = await sh("git show --stat HEAD; git show HEAD:deploy/chart/Chart.yaml");
  expect(stdout).toMatch(/^ deploy\/chart\/Chart\.yaml +\| 4 \+\+--$/m);
  expect(stdout).toMatch(/^version: 9\.8\.7\nappVersion: 9\.8\.7$/m);
  const images = await sh("git grep -hoE '(/karpor-access:|newTag: )[0-9][^ ]*' HEAD -- deploy docs");
  expect(
    images.stdout
      .trim()
      .split("\n")
      .map((image) => image.replace(/.*[: ]/, "")),
  ).toEqual(Array(7).fill("9.8.7"));
  dir.remove();
});

needs(helmAvailable(), helmAdvice)("the chart of a release", () => {
  it("is packaged with the image by its digest, and needs no more than a configuration", async () => {
    const dir = scratch("karpor-access-release");
    const digest = `sha256:${"0a".repeat(32)}`;
    await release("chart", join(dir.path, "karpor-access"), "ghcr.io/someone/karpor-access", digest);
    const helm = (...args: string[]) =>
      execFileSync(process.env.HELM || "helm", args, { cwd: dir.path, encoding: "utf8" });
    helm("package", "karpor-access");
    const given = [
      "--set-file",
      `config=${root("deploy/kubernetes/config.yml")}`,
      "--set",
      "prometheusRule.enabled=true",
    ];
    const rendered = helm("template", "x", `karpor-access-${version}.tgz`, ...given);
    expect(rendered).toContain(`image: ghcr.io/someone/karpor-access@${digest}\n`);
    // What is a link into another folder here is a file there.
    expect(rendered).toMatch(/kind: PrometheusRule[\s\S]+\n {4}- name: karpor-access\n/);
    dir.remove();
  });
});

const Step = z.looseObject({ uses: z.string().optional(), run: z.string().optional() });
const Job = z.looseObject({
  steps: z.array(Step).default([]),
  uses: z.string().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
});
const Workflow = z.looseObject({ jobs: z.record(z.string(), Job) });
const WORKFLOWS = readdirSync(root(".github/workflows")).map((name) => `.github/workflows/${name}`);
const jobsOf = (path: string) => Object.values(Workflow.parse(parse(text(path))).jobs);
const commandsOf = (path: string) => jobsOf(path).flatMap(({ steps }) => steps.map(({ run }) => run ?? ""));

const ACTIONLINT = process.env.ACTIONLINT || "actionlint";
needs(
  spawnSync(ACTIONLINT, ["--version"]).status === 0,
  "actionlint on the PATH, or ACTIONLINT with its path",
)("actionlint", () => {
  it("finds nothing in the workflows", () => {
    const { status, stdout } = spawnSync(ACTIONLINT, WORKFLOWS, { cwd: root("."), encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });
});

describe("the workflows", () => {
  test("take what others made by its commit, and say of which version that is", () => {
    const files = [...WORKFLOWS, ".github/actions/tools/action.yml"];
    const lines = files.flatMap((path) => text(path).match(/^.*\buses: .*$/gm) ?? []);
    expect(lines.length).toBeGreaterThan(5);
    const pinned = /uses: (\.\/\.github\/.+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/;
    expect(lines.filter((line) => !pinned.test(line))).toEqual([]);
  });

  test("and images and packages are kept current by Renovate, wherever they are named", () => {
    const { extends: presets, kubernetes, customManagers } = JSON.parse(text("renovate.json"));
    expect(presets).toEqual(
      expect.arrayContaining(["docker:pinDigests", "helpers:pinGitHubActionDigestsToSemver"]),
    );
    const within = ([pattern = ""]: string[]) => new RegExp(pattern.slice(1, -1));
    expect("deploy/kubernetes/redis/stateful-set.yaml").toMatch(within(kubernetes.managerFilePatterns));
    const [tools] = customManagers;
    const path = ".github/actions/tools/action.yml";
    expect(path).toMatch(within(tools.managerFilePatterns));
    const found = [...text(path).matchAll(new RegExp(tools.matchStrings[0], "g"))];
    expect(found.map(({ groups }) => `${groups?.depName} ${groups?.currentValue}`)).toEqual([
      expect.stringMatching(/^sigs\.k8s\.io\/controller-runtime\/tools\/setup-envtest v/),
      expect.stringMatching(/^github\.com\/rhysd\/actionlint v/),
      expect.stringMatching(/^helm\.sh\/helm\/v\d v/),
    ]);
  });

  test("run npm scripts and files that are there", () => {
    const { scripts } = JSON.parse(text("package.json"));
    const all = WORKFLOWS.flatMap(commandsOf).join("\n");
    const named = [...all.matchAll(/npm run (?:--silent )?([\w-]+)/g)].map(([, name = ""]) => name);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
    for (const [path] of all.matchAll(/\.ci\/[\w-]+/g)) accessSync(root(path), constants.X_OK);
  });

  test("ci does what .ci/run does", () => {
    const steps = text(".ci/run").match(/^(?:\.ci\/|npm ).*$/gm) ?? [];
    const done = commandsOf(".github/workflows/ci.yml").join("\n");
    // The fresh machine is a container of its own there.
    const fresh = [...text(".ci/fresh-machine").matchAll(/^inside '(npm ci) && (.+)'$/gm)];
    const wanted = [
      ...steps.filter((step) => step !== ".ci/fresh-machine"),
      ...fresh.flatMap((line) => line.slice(1)),
    ];
    expect(fresh).toHaveLength(2);
    expect(wanted.filter((step) => !done.includes(step))).toEqual([]);
  });

  test("a release is tested before it is published", () => {
    const { jobs } = Workflow.parse(parse(text(".github/workflows/release.yml")));
    expect(jobs.publish?.needs).toBe("build");
    expect(jobs.build?.needs).toBe("ci");
    expect(jobs.ci).toMatchObject({ uses: "./.github/workflows/ci.yml", needs: "ready" });
  });

  test("a release runs no code of others where a token can publish", () => {
    const { jobs } = Workflow.parse(parse(text(".github/workflows/release.yml")));
    const can = ({ permissions = {} }: z.infer<typeof Job>) => Object.values(permissions).includes("write");
    const tokens = (part: object) => JSON.stringify(part).match(/github\.token|secrets\./g)?.length ?? 0;
    expect(Object.keys(jobs).filter((name) => jobs[name] && can(jobs[name]))).toEqual(["publish"]);
    for (const [name, job] of Object.entries(jobs)) {
      const commands = job.steps.map(({ run }) => run ?? "").join("\n");
      // An install script needs no permission to be at work in what is published.
      for (const [line] of commands.matchAll(/npm ci.*/g)) expect(line).toContain("--ignore-scripts");
      if (!can(job)) expect(tokens(job), name).toBe(0);
      else expect(commands).not.toMatch(/\b(npm|npx|node|go|docker build)\b/);
    }
    // The registry's and the release's, each in its own step.
    const { steps = [], ...around } = jobs.publish ?? {};
    expect(tokens(around)).toBe(0);
    expect(steps.filter((step) => tokens(step) > 0)).toMatchObject([
      { uses: expect.stringMatching(/^docker\/login-action@/) },
      { run: expect.stringMatching(/^gh release create /) },
    ]);
    expect(steps.filter(({ uses }) => uses && /checkout|\.\/|build-push/.test(uses))).toEqual([]);
  });
});
