/** The layers of src: a folder imports only itself and the layers before it. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const LAYERS =
  "request ← policy ← store, hub, slack ← queue, evidence ← life ← actions ← inbound, cli, ops ← start ← main";
const SRC = fileURLToPath(new URL("../../src/", import.meta.url));
const IMPORT = /^(?:im|ex)port (type )?[^;]*?from "(\..+?)"|\bimport\("(\..+?)"\)/gm;

const layers = LAYERS.split(" ← ").map((names) => names.split(", "));
const layerOf = (name: string) => layers.findIndex((names) => names.includes(name));
const topName = (path: string) => path.split(/[/.]/)[0] ?? "";

/** `config.ts` and `bot.ts` join many layers: below `start.ts` only their types are imported. The command line loads a file. */
function isAllowed(from: string, to: string, isType: boolean): boolean {
  if (!["config", "bot"].includes(to)) return from === to || layerOf(to) < layerOf(from);
  if (layerOf(from) <= layerOf("policy")) return false;
  return isType || from === "cli" || layerOf(from) >= layerOf("start");
}

const importsIn = (path: string) =>
  [...readFileSync(join(SRC, path), "utf8").matchAll(IMPORT)].map(
    ([line, type, file, lazy = file ?? ""]) => ({
      line: `${path}: ${line}`,
      from: topName(path),
      to: topName(join(path, "..", lazy)),
      isType: type !== undefined,
    }),
  );

test(`layers: ${LAYERS}`, () => {
  const paths = ["start.ts", "main.ts", ...globSync("*/**/*.ts", { cwd: SRC })];
  const wrong = paths.flatMap(importsIn).filter(({ from, to, isType }) => !isAllowed(from, to, isType));
  expect(wrong.map(({ line }) => line)).toEqual([]);
});
