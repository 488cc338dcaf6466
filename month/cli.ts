/** `audit`, as an operator types it, on the company's bot. */
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { fileURLToPath } from "node:url";

const { PATH = "", NODE_COMPILE_CACHE = "" } = process.env;
const ROOT = fileURLToPath(new URL("..", import.meta.url));

export interface Ran {
  code: number | null;
  said: string;
  ms: number;
}

/** `into`: a file for its standard output, which is not kept otherwise. */
export function audit(env: Record<string, string>, args: readonly string[], into?: string): Promise<Ran> {
  const began = performance.now();
  const child = spawn(process.execPath, ["src/main.ts", "audit", ...args], {
    cwd: ROOT,
    env: { PATH, NODE_COMPILE_CACHE, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const keep = (chunk: Buffer) => {
    said += chunk.toString();
  };
  if (into === undefined) child.stdout.on("data", keep);
  else child.stdout.pipe(createWriteStream(into));
  child.stderr.on("data", keep);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, said, ms: performance.now() - began }));
  });
}
