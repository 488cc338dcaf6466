/** The documentation: links, commands and files that exist, generated pages, and the example of a company's check. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { freePort, startChild } from "../../sandbox/child.ts";
import { CONFIG_PAGE, configPage } from "../../scripts/config-docs.ts";
import { loadForHub } from "../../src/config.ts";
import { pingCompany } from "../../src/policy/company-check.ts";
import { secret } from "../../src/request/secret.ts";
import { eventually } from "../helpers/eventually.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const pages = globSync(["*.md", ".github/**/*.md", "docs/**/*.md", "bench/*.md", "deploy/**/*.md"], {
  cwd: ROOT,
}).sort();

const matchesIn = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, found = ""]) => found);
const withoutCode = (text: string) => text.replace(/^ *```.*?^ *```$/gms, "");

test.each([...pages, "deploy/observability/alerts.yml"])("each link of %s leads somewhere", (path) => {
  expect(linksIn(path).filter((link) => !leadsSomewhere(path, link))).toEqual([]);
});

/** Links to files of this repository, and the runbooks of alerts. */
const linksIn = (path: string) => [
  ...matchesIn(withoutCode(read(path)), /\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link)),
  ...matchesIn(read(path), /runbook_url: .*?\/blob\/main(\/.*)/g),
];

function leadsSomewhere(path: string, link: string): boolean {
  const [target = "", anchor] = decodeURI(link).split("#");
  const file = target.startsWith("/") ? join(ROOT, target) : resolve(ROOT, dirname(path), target);
  const page = target === "" ? join(ROOT, path) : file;
  return existsSync(page) && (anchor === undefined || anchorsIn(page).includes(anchor));
}

/** GitHub's anchors of headings. */
const anchorsIn = (file: string): string[] =>
  matchesIn(withoutCode(readFileSync(file, "utf8")), /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );

test("docs/configuration.md is what `npm run config-docs` writes", () => {
  expect(readFileSync(CONFIG_PAGE, "utf8")).toBe(configPage());
});

test.each(pages)("each npm command and file that %s names exists", (path) => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: object };
  const commands = matchesIn(read(path), /npm run (?:-s )?([a-z][a-z:-]*)/g);
  const files = matchesIn(read(path), /`((?:src|test|scripts|deploy|examples)\/[\w./-]+)`/g);
  expect(commands.filter((command) => !Object.hasOwn(scripts, command))).toEqual([]);
  expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
});

test("deploy/company-check.mjs answers the bot, and nobody else", async () => {
  const [key, port] = [Buffer.from("planted-check-secret-0123456789ab").toString("base64"), await freePort()];
  const script = join(ROOT, "deploy/company-check.mjs");
  const service = await startChild("env", [`CHECK_SECRET=${key}`, `PORT=${port}`, process.execPath, script]);
  const url = `http://127.0.0.1:${port}/`;
  const file = join(ROOT, "examples/karpor-access.yml");
  const config = { ...loadForHub({ KARPOR_ACCESS_CONFIG: file }), secretNamed: () => secret(key) };
  const ping = () => pingCompany(config, { url, secretEnv: "CHECK", within: 1000 });
  try {
    await eventually(() => ping().catch(() => false));
    expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(401);
  } finally {
    await service.kill();
  }
});
