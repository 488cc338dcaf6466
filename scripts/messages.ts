/** `npm run messages -- zh`: every message in one language as a reader sees it, what rings first; for a careful eye. */
import { readFileSync } from "node:fs";

/** What test/tables/messages.test.ts drew and somebody approved. */
const SNAPSHOTS = new URL("../test/tables/__snapshots__/messages.test.ts.snap", import.meta.url);
const ENTRY = /^exports\[`(\w+) > (.+?) \d+`\] = `\n"([\s\S]*?)"\n`;$/gm;

const locale = process.argv[2] ?? "en";
/** Dates by their fallback, mentions by their id. */
const plain = (text: string): string =>
  text
    .replaceAll("\\`", "`")
    .replace(/<!date\^[^|]*\|([^>]*) UTC>/g, "$1")
    .replace(/<(?:!subteam\^|@)(\w+)>/g, "@$1");

for (const [, language, name, text = ""] of readFileSync(SNAPSHOTS, "utf8").matchAll(ENTRY))
  if (language === locale) console.log(`${name}\n  ${plain(text).replaceAll("\n", "\n  ")}\n`);
