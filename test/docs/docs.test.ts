/** The pages: what is made is up to date, links lead somewhere, nothing is longer than a reader likes, and examples work. */
import { existsSync, globSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { freePort, startChild } from "../../sandbox/child.ts";
import { CONFIG_PAGE, configPage } from "../../scripts/config-docs.ts";
import { loadForHub } from "../../src/config.ts";
import { pingCompany } from "../../src/policy/company-check.ts";
import { COMMAND_WORDS } from "../../src/policy/words.ts";
import { secret } from "../../src/request/secret.ts";
import { eventually } from "../helpers/eventually.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const EXAMPLE = join(ROOT, "examples/karpor-access.yml");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const pages = globSync(["*.md", ".github/*.md", "docs/**/*.md", "bench/*.md", "deploy/**/*.md"], {
  cwd: ROOT,
}).sort();
const english = pages.filter((path) => !/(^|[./])zh[./]/.test(path));

const withoutCode = (text: string) => text.replace(/^ *```.*?^ *```$/gms, "");
const countWords = (text: string) => text.split(/\s+/).filter(Boolean).length;

test("docs/configuration.md is what `npm run config-docs` writes", () => {
  expect(readFileSync(CONFIG_PAGE, "utf8")).toBe(configPage());
});

test.each(pages)("each link of %s leads somewhere", (path) => {
  const broken = linksIn(path).filter(({ file, anchor }) => {
    if (!existsSync(file)) return true;
    return anchor !== "" && !anchorsIn(file).includes(anchor);
  });
  expect(broken.map(({ link }) => link)).toEqual([]);
});

function linksIn(path: string) {
  const links = [...withoutCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [target = "", anchor = ""] = decodeURI(link).split("#");
      const file = target === "" ? join(ROOT, path) : resolve(ROOT, dirname(path), target);
      return { link, file, anchor };
    });
}

/** As GitHub makes them of headings. */
const anchorsIn = (file: string): string[] =>
  [...withoutCode(readFileSync(file, "utf8")).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );

test.each(english)("no paragraph of %s has more than 80 words", (path) => {
  const paragraphs = withoutCode(read(path))
    .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)/)
    .flatMap((part) => (part.trimStart().startsWith("|") ? part.split("\n") : part));
  expect(paragraphs.filter((one) => countWords(one) > 80)).toEqual([]);
});

test("the pages are as short as they promise", () => {
  const docs = english.filter((path) => path.startsWith("docs/"));
  const words = (paths: string[]) => paths.reduce((sum, path) => sum + countWords(read(path)), 0);
  expect(words(docs)).toBeLessThanOrEqual(14_500);
  expect(words(["README.md"])).toBeLessThanOrEqual(900);
  expect(words(["CONTRIBUTING.md"])).toBeLessThanOrEqual(1500);
  for (const version of read("CHANGELOG.md").split(/^## /m))
    expect(countWords(version)).toBeLessThanOrEqual(400);
});

test("each call from Approve to the token is where CONTRIBUTING says", () => {
  const rows = [...read("CONTRIBUTING.md").matchAll(/^\| `(src\/[^`]+\.ts)` \| ([^|]+) \|/gm)];
  const calls = rows.flatMap(([, path = "", names = ""]) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name = ""]) => ({ path, name })),
  );
  expect(calls.length).toBeGreaterThan(20);
  expect(calls.filter(({ path, name }) => !declares(read(path), name))).toEqual([]);
});

/** A function, or a method of what a file returns. */
const declares = (text: string, name: string): boolean =>
  new RegExp(`(function|const) ${name}\\b|^ +(async )?${name}(:|\\()`, "m").test(text);

test.each(["README.md", "docs/zh/README.md", "scripts/config-docs.md"])(
  "the bot takes the configuration of %s",
  (page) => {
    const [, yaml = ""] = /```yaml\n(instance: .*?)```/s.exec(read(page)) ?? [];
    expect(yaml.trimEnd().split("\n").length).toBeLessThanOrEqual(15);
    const path = join(mkdtempSync(join(tmpdir(), "karpor-access-docs-")), "karpor-access.yml");
    writeFileSync(path, yaml);
    expect(Object.keys(loadForHub({ KARPOR_ACCESS_CONFIG: path }).roles)).toEqual(["guest"]);
  },
);

test("the company's check in deploy/ answers the bot, and nobody else", async () => {
  const [key, port] = ["planted-check-secret-0123456789ab", await freePort()];
  const script = join(ROOT, "deploy/company-check.mjs");
  const service = await startChild("env", [`CHECK_SECRET=${key}`, `PORT=${port}`, process.execPath, script]);
  const url = `http://127.0.0.1:${port}/`;
  const config = { ...loadForHub({ KARPOR_ACCESS_CONFIG: EXAMPLE }), secretNamed: () => secret(key) };
  const ping = () => pingCompany(config, { url, secretEnv: "CHECK", within: 1000 }, Date.now());
  try {
    await eventually(() => ping().catch(() => false));
    expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(401);
  } finally {
    await service.kill();
  }
});

test("docs/commands.md has every word of the command, in both languages", () => {
  for (const page of ["docs/commands.md", "docs/zh/commands.md"]) {
    const text = read(page);
    expect([...COMMAND_WORDS].filter((word) => !text.includes(word))).toEqual([]);
  }
});

test("each npm command and source file that the pages name exists", () => {
  const { scripts } = parse(read("package.json")) as { scripts: Record<string, string> };
  const wrong = pages.flatMap((path) => {
    const text = read(path);
    const names = [...text.matchAll(/npm run (?:-s )?([a-z-]+)/g)].map(([, name = ""]) => name);
    const files = [...text.matchAll(/`((?:src|test|scripts|deploy)\/[\w./-]+)`/g)].map(
      ([, file = ""]) => file,
    );
    return [
      ...names.filter((name) => !Object.hasOwn(scripts, name)),
      ...files.filter((file) => !existsSync(join(ROOT, file))),
    ].map((what) => `${relative(ROOT, path)}: ${what}`);
  });
  expect(wrong).toEqual([]);
});
