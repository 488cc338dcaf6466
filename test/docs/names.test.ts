/** How src is written: one name for one thing, none that ends in `Of`, and no literal packed in a spread. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../../src/", import.meta.url));
const files = globSync("**/*.ts", { cwd: SRC })
  .sort()
  .map((path) => ({ path, text: readFileSync(join(SRC, path), "utf8") }));

const DECLARED = /^(?:export )?(?:async )?(?:function|const|let|interface|type|class) (\w+)/gm;
const namesIn = (text: string) => [...text.matchAll(DECLARED)].map(([, name = ""]) => name);

/** Rows of tables: each state and each language has its own. */
const ALLOWED = ["asked", "closed"];
const isText = (path: string) => path.startsWith("slack/text/");

test("a top-level name is declared in one file", () => {
  const declaredIn = new Map<string, Set<string>>();
  for (const { path, text } of files.filter((one) => !isText(one.path)))
    for (const name of namesIn(text)) declaredIn.set(name, (declaredIn.get(name) ?? new Set()).add(path));
  const twice = [...declaredIn].filter(([name, paths]) => paths.size > 1 && !ALLOWED.includes(name));
  expect(twice.map(([name, paths]) => [name, ...paths].join(" "))).toEqual([]);
});

test("no name ends in Of", () => {
  const names = files.flatMap(({ text }) => namesIn(text));
  expect(names.filter((name) => /[a-z]Of$/.test(name))).toEqual([]);
});

test("no literal is packed in a spread", () => {
  const packed = files.filter(({ text }) => /\.\.\.[{[]/.test(text));
  expect(packed.map(({ path }) => path)).toEqual([]);
});
