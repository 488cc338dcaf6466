/** What the workflows do, as far as it can be tried here: the changelog, the version, the chart with its image, actionlint. */
import { execFile, spawnSync } from "node:child_process";
import { accessSync, constants, cpSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { scratch } from "../../sandbox/child.ts";
import { readNotes, readSections } from "../../scripts/changelog.ts";
import { ACTIONLINT, HELM, needs } from "../helpers/machine.ts";
import { CONFIG_FILE } from "./releases.ts";

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const text = (path: string) => readFileSync(root(path), "utf8");
const execute = promisify(execFile);
const { version, scripts } = JSON.parse(text("package.json"));

const release = (...args: string[]) =>
  execute(process.execPath, [root("scripts/release.ts"), ...args]).catch((error) => error);

describe("the changelog", () => {
  test("gives the notes of a version, and refuses the tag of another one", async () => {
    const changelog = "## [Unreleased]\n\n## [1.0.0] - 2026-11-25\n\n### Added\n\n- all of it\n";
    expect(readNotes(changelog, "1.0.0")).toBe("### Added\n\n- all of it");
    expect(() => readNotes(changelog, "1.0.1")).toThrow(/says nothing about 1\.0\.1/);
    expect(() => readSections("## 1.0.0 - 2026-11-25\n")).toThrow(/must read ## \[Unreleased\]/);
    const refused = { code: 1, stderr: expect.stringContaining(`does not match version ${version}`) };
    expect(await release("notes", "v9.9.9")).toMatchObject(refused);
  });
});

test("npm version takes the chart and the pages along, in one commit", async () => {
  const { path, remove } = scratch("karpor-access-version");
  const files = ["package.json", "package-lock.json", "scripts/version.ts", "deploy/chart/Chart.yaml"];
  for (const file of [...files, "docs/install.md", "docs/zh/install.md"])
    cpSync(root(file), join(path, file));
  symlinkSync(root("node_modules"), join(path, "node_modules"));
  const env = { PATH: process.env.PATH ?? "", HOME: path };
  const run = (command: string) => execute("sh", ["-ec", command], { cwd: path, env });
  await run("git init -q; git config user.name x; git config user.email x@example.com");
  await run("echo node_modules >.gitignore; git add .; git commit -qm before");
  await run("npm version 9.8.7");
  const { stdout } = await run(
    "git show HEAD:deploy/chart/Chart.yaml; git grep -ho '/karpor-access:[0-9][0-9.]*' HEAD",
  );
  expect(stdout).toMatch(/^version: 9\.8\.7\nappVersion: 9\.8\.7$/m);
  expect(new Set(stdout.match(/(?<=\/karpor-access:)\d.*/g))).toEqual(new Set(["9.8.7"]));
  remove();
});

needs("Helm")("the chart of a release", () => {
  test("names the image by its digest, and holds the alert rules as a file", async () => {
    const { path, remove } = scratch("karpor-access-release");
    const digest = `sha256:${"0a".repeat(32)}`;
    await release("chart", join(path, "karpor-access"), "ghcr.io/someone/karpor-access", digest);
    const helm = async (...args: string[]) => (await execute(HELM, args, { cwd: path })).stdout;
    await helm("package", "karpor-access");
    const given = ["--set-file", `config=${CONFIG_FILE}`, "--set", "prometheusRule.enabled=true"];
    const rendered = await helm("template", "x", `karpor-access-${version}.tgz`, ...given);
    expect(rendered).toContain(`image: ghcr.io/someone/karpor-access@${digest}\n`);
    expect(rendered).toMatch(/kind: PrometheusRule[\s\S]+\n {4}- name: karpor-access\n/);
    remove();
  });
});

const Job = z.looseObject({
  environment: z.string().optional(),
  steps: z.array(z.looseObject({ run: z.string().default("") })).default([]),
  permissions: z.record(z.string(), z.string()).default({}),
});
const Workflow = z.looseObject({ jobs: z.record(z.string(), Job) });
const WORKFLOWS = readdirSync(root(".github/workflows")).map((name) => `.github/workflows/${name}`);
const commandsIn = (path: string) =>
  Object.values(Workflow.parse(parse(text(path))).jobs)
    .flatMap(({ steps }) => steps.map(({ run }) => run))
    .join("\n");

needs("actionlint")("actionlint", () => {
  test("finds nothing in the workflows", () => {
    const { status, stdout } = spawnSync(ACTIONLINT, WORKFLOWS, { cwd: root("."), encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });
});

describe("the workflows", () => {
  test("name each action by its commit and its version", () => {
    const lines = [...WORKFLOWS, ".github/actions/tools/action.yml"].flatMap(
      (path) => text(path).match(/^.*\buses: .*$/gm) ?? [],
    );
    const pinned = /uses: (\.\/\.github\/.+|[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/;
    expect(lines.filter((line) => !pinned.test(line))).toEqual([]);
  });

  test("build with images of one version, which Renovate finds and pins", () => {
    const workflow = text(".github/workflows/release.yml");
    const used = [...workflow.matchAll(/(?:image: |image=|generator=)(\S+)/g)].map(([, image]) => image);
    expect(used).toHaveLength(3);
    expect(workflow).not.toMatch(/:latest|sbom: true/);
    const { customManagers } = JSON.parse(text(".github/renovate.json"));
    const [pattern = ""] = customManagers[1].matchStrings;
    const found = [...workflow.matchAll(new RegExp(pattern, "g"))];
    expect(found.map(([whole]) => whole)).toEqual(used);
    for (const { groups } of found) expect(groups?.currentValue).toMatch(/\d+\.\d+\.\d+$/);
  });

  test("run scripts that exist, and all that .ci/run does", () => {
    const commands = WORKFLOWS.map(commandsIn).join("\n");
    const named = [...commands.matchAll(/npm run (?:--silent )?([\w-]+)/g)].map(([, name = ""]) => name);
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
    for (const [path] of commands.matchAll(/\.ci\/[\w-]+/g)) accessSync(root(path), constants.X_OK);
    const steps = text(".ci/run").match(/^(?:\.ci\/|npm |SEQUENCES).*$/gm) ?? [];
    const inCi = commandsIn(".github/workflows/ci.yml");
    // The fresh machine is a container of its own there.
    const wanted = steps.filter((step) => step !== ".ci/fresh-machine");
    expect(wanted.filter((step) => !inCi.includes(step))).toEqual([]);
  });

  test("run no code of others where a token can publish", () => {
    const { jobs } = Workflow.parse(parse(text(".github/workflows/release.yml")));
    const publishing = Object.values(jobs).filter(({ permissions }) =>
      Object.values(permissions).includes("write"),
    );
    expect(publishing).toEqual([jobs.publish]);
    expect(jobs.publish?.environment).toBe("release");
    const commands = jobs.publish?.steps.map(({ run }) => run).join("\n");
    expect(commands).not.toMatch(/\b(npm|npx|node|go|docker build)\b/);
  });
});
