/** Loaded before the bot, makes it the next version. */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { nextFiles, nextSource } from "./next-source.ts";

const ROOT = new URL("../../", import.meta.url).href;

registerHooks({
  load(url, context, next) {
    const path = url.startsWith(ROOT) ? url.slice(ROOT.length) : "";
    const loaded = next(url, context);
    if (!nextFiles.includes(path)) return loaded;
    const source = nextSource(path, readFileSync(fileURLToPath(url), "utf8"));
    return { ...loaded, format: "module-typescript", source };
  },
});
