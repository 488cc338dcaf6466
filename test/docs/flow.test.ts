/** The flows, in an order to read: each says which ways of the table it takes, all together take all of them, and docs/architecture.md names each once. None changes a record but by commit. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LIFECYCLE } from "../../src/domain/lifecycle.ts";
import type { State } from "../../src/domain/request.ts";

const flow = new URL("../../src/flow/", import.meta.url);
/** What was allowed beforehand has a life of its own. */
const OF_ALLOWANCES = ["allowances/allow.ts", "allowances/withdraw-allowance.ts"];

/** Behind the last sentence: `a | b → c → d; e → f`. */
function waysIn(line: string): string[] {
  const said =
    line
      .replace(/ \*\/$/, "")
      .split(/[.?] /)
      .at(-1) ?? "";
  if (!said.includes("→")) return [];
  return said.split("; ").flatMap((chain) => {
    const steps = chain.split(" → ").map((states) => states.split(" | "));
    return steps
      .slice(1)
      .flatMap((tos, i) => (steps[i] ?? []).flatMap((from) => tos.map((to) => `${from} → ${to}`)));
  });
}

const ways = Object.entries(LIFECYCLE).flatMap(([from, row]: [string, { to: readonly State[] }]) =>
  row.to.map((to) => `${from} → ${to}`),
);
const files = readdirSync(flow, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".ts") && !file.startsWith("support/"),
);
const said = files
  .filter((file) => !OF_ALLOWANCES.includes(file))
  .flatMap((file) => {
    const [first = ""] = readFileSync(new URL(file, flow), "utf8").split("\n");
    return waysIn(first).map((way) => ({ file, way }));
  });

test("no header names a way that the table does not have", () => {
  const made = ["new → requested", "new → active"];
  expect(said.filter(({ way }) => !ways.includes(way) && !made.includes(way))).toEqual([]);
});

test("each way of the table is taken by some flow", () =>
  expect(ways.filter((way) => !said.some((one) => one.way === way))).toEqual([]));

test.each([
  ["docs/architecture.md", "## In the order of a life"],
  ["docs/zh/architecture.md", "## 按一生的顺序阅读"],
])("%s names every flow once, and its folder", (path, title) => {
  const text = readFileSync(new URL(`../../${path}`, flow), "utf8");
  const [section = ""] = (text.split(title)[1] ?? "").split("\n## ");
  const named = section.split("\n").flatMap((line) => {
    const [, folder = ""] = /^- `([\w-]+\/)`/.exec(line) ?? [];
    return /^(\d+\.|-) /.test(line)
      ? (line.match(/(?<=`)[\w-]+(?=`)/g) ?? []).map((one) => folder + one)
      : [];
  });
  const verbs = files.map((file) => file.slice(0, -3)).filter((verb) => verb !== "ports");
  expect(named.toSorted()).toEqual(verbs.toSorted());
});

/** By the port, also where it is taken out of it, or by the script behind that. */
const CHANGES =
  /\brequests\s*\??\.\s*update\b|\{[^{}]*\bupdate\b[^{}]*\}\s*=\s*[\w.]*\brequests\b|\.swapRequest\(/;

test("commit alone changes a record, through what wraps the store; and of what is over the texts are removed, from which nothing follows", () => {
  const src = new URL("../", flow);
  const changing = readdirSync(src, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && CHANGES.test(readFileSync(new URL(file, src), "utf8")),
  );
  expect(changing.toSorted()).toEqual([
    "flow/support/begun-ends.ts",
    "flow/support/commit.ts",
    "metrics/requests.ts",
    "store/change.ts",
    "store/forget.ts",
  ]);
});
