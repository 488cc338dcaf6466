/** `npm run messages -- zh`: every message of a request in one language as a reader sees it, what rings first; for a careful eye. */
import { buttonsOf, visibleText } from "../sandbox/slack/index.ts";
import type { Block } from "../sandbox/slack/types.ts";
import { Locale } from "../src/domain/person.ts";
import { drawMessage, type Message } from "../src/slack/views/index.ts";
import { everyMessage, view } from "../test/slack/records.ts";

const locale = Locale.catch("en").parse(process.argv[2]);

/** Dates by their fallback, mentions by their id. */
const plain = (text: string): string =>
  text.replace(/<!date\^[^|]*\|([^>]*) UTC>/g, "$1").replace(/<(?:!subteam\^|@)(\w+)>/g, "@$1");

function printed({ text, blocks }: Message): string {
  const drawn = blocks as unknown as Block[];
  const words = drawn.filter(({ type }) => type !== "actions");
  const buttons = buttonsOf({ blocks: drawn }).map((label) => `[${label}]`);
  return [
    `  ${text}`,
    ...words.map((one) => `    ${plain(visibleText({ text: "", blocks: [one] }))}`),
    `    ${buttons.join(" ")}`,
  ]
    .filter((line) => line.trim() !== "")
    .join("\n");
}

const seen = new Set<string>();
for (const { what, r, key, shows } of everyMessage) {
  const lines = printed(drawMessage(r, key, shows, view(locale), true));
  if (shows === "gone" || seen.has(lines)) continue;
  seen.add(lines);
  console.log(`${what} of ${r.state}\n${lines}`);
}
