/** The page's own files. TypeScript is sent without its types, and no other file of the disk is sent. */
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";

interface Asset {
  type: string;
  body: string;
}

const HTML = "text/html; charset=utf-8";
const CSS = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

const FILES: Record<string, { type: string; file: string }> = {
  "/": { type: HTML, file: "page.html" },
  "/dashboard": { type: HTML, file: "dashboard.html" },
  "/icon.svg": { type: "image/svg+xml", file: "icon.svg" },
  "/page.css": { type: CSS, file: "style/page.css" },
  "/blocks.css": { type: CSS, file: "style/blocks.css" },
  "/dashboard.css": { type: CSS, file: "style/dashboard.css" },
  "/page.ts": { type: SCRIPT, file: "client/page.ts" },
  "/dashboard.ts": { type: SCRIPT, file: "client/dashboard.ts" },
  "/morphdom.js": { type: SCRIPT, file: "../../node_modules/morphdom/dist/morphdom-esm.js" },
};

/** Undefined: there is no such file. */
export function asset(path: string): Asset | undefined {
  const found = FILES[path];
  if (!found) return undefined;
  const text = readFileSync(new URL(found.file, import.meta.url), "utf8");
  const body = found.file.endsWith(".ts") ? stripTypeScriptTypes(text) : text;
  // A browser finds a module by its address alone.
  return { type: found.type, body: body.replace('from "morphdom"', 'from "/morphdom.js"') };
}
