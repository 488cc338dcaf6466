/** A message's or view's blocks as HTML for one reader; what the library cannot draw is drawn next door. */
import { createElement, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { Message as Library, type Block as LibraryBlock } from "slack-blocks-to-jsx";
import type { Block, Content, JsonObject } from "../../../sandbox/slack/index.ts";
import { chromeFor } from "./chrome.ts";
import { slackDate } from "./dates.ts";
import { drawButton, drawInput, type Form } from "./elements.ts";
import { type Reader, realName } from "./reader.ts";

export function drawContent({ text, blocks }: Content, reader: Reader): string {
  if (blocks?.length) return drawBlocks(blocks, reader);
  return drawBlocks([{ type: "section", text: { type: "mrkdwn", text } }], reader);
}

export const drawBlocks = (blocks: readonly Block[], reader: Reader, form: Form = {}): string =>
  blocks.map((block) => drawBlock(block, reader, form)).join("");

function drawBlock(block: Block, reader: Reader, form: Form): string {
  if (block.type === "actions") {
    const buttons = ((block.elements ?? []) as JsonObject[]).map((element) => drawButton(element, block));
    return `<div class="bk-actions">${buttons.join("")}</div>`;
  }
  if (block.type === "input") return drawInput(block, reader, form);
  return byLibrary(block, reader);
}

function byLibrary(block: JsonObject, reader: Reader): string {
  const { people, channels, groups } = reader.directory;
  const data = {
    users: [...people.values()].map((person) => ({ id: person.id, name: realName(person) })),
    channels: [...channels.values()].map(({ id, name }) => ({ id, name })),
    user_groups: [...groups.values()].map(({ id, handle }) => ({ id, name: handle })),
  };
  const blocks = [forLibrary(block) as unknown as LibraryBlock];
  const element = createElement(Library, {
    ...{ blocks, data, logo: "", name: "", withoutWrapper: true, unstyled: true, hooks: hooksFor(reader) },
  });
  return tidy(renderToStaticMarkup(element), chromeFor(reader).copy);
}

/** The library takes "verbatim" for plain text, and knows no labels in mentions: Slack formats the one, and ignores the other. */
function forLibrary(value: JsonObject): JsonObject {
  const text = JSON.stringify(value, (key, inner) => (key === "verbatim" ? undefined : inner));
  return JSON.parse(text.replace(/<(@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+)\|[^>]*>/g, "<$1>")) as JsonObject;
}

function hooksFor(reader: Reader) {
  const mention = (name: string, own: boolean): ReactNode =>
    createElement("span", { className: own ? "mention mine" : "mention" }, `@${name}`);
  return {
    user: ({ id, name }: { id: string; name: string }) => mention(name, id === reader.person.id),
    usergroup: ({ id, name }: { id: string; name: string }) =>
      mention(name, reader.directory.groups.get(id)?.members.includes(reader.person.id) ?? false),
    date: ({ timestamp, format }: { timestamp: string; format: string }): ReactNode =>
      createElement("time", {}, slackDate(reader, Number(timestamp), format)),
  };
}

// Ids repeat with every message, inline styles are not allowed here, and what stands in a code block is for copying.
const tidy = (html: string, copy: string): string =>
  html
    .replace(/ id="[^"]*"/g, "")
    .replace(/ style="[^"]*"/g, "")
    .replace(/<code class="slack_code_inline[^<]*/g, (code) =>
      code.replace(/(?<=>.*)[^\s>]+/g, '<span class="word">$&</span>'),
    )
    .replace(
      /<code([^>]*)>(<pre)/g,
      `<code$1><button type="button" class="copy" data-copy>${copy}</button>$2 tabindex="0"`,
    );
