/** Reads the program's version from package.json. */
import { readFileSync } from "node:fs";
import { z } from "zod";

const manifestText = readFileSync(new URL("../package.json", import.meta.url), "utf8");
export const { version: VERSION } = z.object({ version: z.string() }).parse(JSON.parse(manifestText));
