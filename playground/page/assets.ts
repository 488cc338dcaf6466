/** The page's own files: HTML, CSS, letters, and TypeScript with its types stripped; nothing else of the disk. */
import { readFileSync } from "node:fs";
import { createRequire, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";

interface Asset {
  type: string;
  body: string | Buffer;
}

const ROOT = new URL("./", import.meta.url);
const require = createRequire(import.meta.url);
const LETTERS: Record<string, string> = {
  "/letters/text.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
  "/letters/more.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
  "/letters/code.woff2": "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
};

const HTML = "text/html; charset=utf-8";

const read = (path: string): Buffer => readFileSync(fileURLToPath(new URL(path, ROOT)));

/** Undefined: there is no such file. */
export function asset(path: string): Asset | undefined {
  if (path === "/") return found(HTML, "/page.html");
  if (path === "/dashboard") return found(HTML, "/dashboard.html");
  const letters = LETTERS[path];
  if (letters) return { type: "font/woff2", body: readFileSync(require.resolve(letters)) };
  if (/^\/style\/[a-z-]+\.css$/.test(path)) return found("text/css; charset=utf-8", path);
  if (/^\/client\/[a-z-]+\.ts$/.test(path)) return found("text/javascript; charset=utf-8", path);
  if (path === "/icon.svg") return found("image/svg+xml", path);
  return undefined;
}

function found(type: string, path: string): Asset | undefined {
  try {
    const body = read(`.${path}`);
    return { type, body: path.endsWith(".ts") ? stripTypeScriptTypes(body.toString()) : body };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
