/** A message's or modal's blocks as HTML for one reader. The library draws what isn't a button or an input. */
import { createElement, type ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { Message as Library, type Block as LibraryBlock } from "slack-blocks-to-jsx";
import type { Block, Content, JsonObject } from "../../../sandbox/slack/index.ts";
import { slackDate } from "./dates.ts";
import { drawButton, drawInput, type Surface } from "./elements.ts";
import { type Html, html } from "./html.ts";
import { nameOf, type Reader } from "./reader.ts";

export function drawContent({ text, blocks }: Content, surface: Surface): Html {
  if (blocks?.length) return drawBlocks(blocks, surface);
  return drawBlocks([{ type: "section", text: { type: "mrkdwn", text } }], surface);
}

export const drawBlocks = (blocks: readonly Block[], surface: Surface): Html =>
  html`${blocks.map((block) => drawBlock(block, surface))}`;

function drawBlock(block: Block, surface: Surface): Html {
  if (block.type === "input") return drawInput(block, surface);
  if (block.type !== "actions") return drawByLibrary(block, surface.reader);
  const elements = (block.elements ?? []) as JsonObject[];
  return html`<div class="bk-actions">${elements.map((element) => drawButton(element, surface))}</div>`;
}

function drawByLibrary(block: JsonObject, reader: Reader): Html {
  const { people, channels, groups } = reader.directory;
  const element = createElement(Library, {
    blocks: [forLibrary(block) as unknown as LibraryBlock],
    data: {
      users: [...people.values()].map((person) => ({ id: person.id, name: nameOf(person) })),
      channels: [...channels.values()].map(({ id, name }) => ({ id, name })),
      user_groups: [...groups.values()].map(({ id, handle }) => ({ id, name: handle })),
    },
    hooks: hooksFor(reader),
    logo: "",
    name: "",
    withoutWrapper: true,
    unstyled: true,
  });
  return { html: tidy(renderToStaticMarkup(element)) };
}

/** The library takes "verbatim" for plain text, and knows no labels in mentions. Slack formats the one and ignores the other. */
function forLibrary(value: JsonObject): JsonObject {
  const text = JSON.stringify(value, (key, inner) => (key === "verbatim" ? undefined : inner));
  return JSON.parse(text.replace(/<(@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+)\|[^>]*>/g, "<$1>")) as JsonObject;
}

function hooksFor(reader: Reader) {
  const mention = ({ name }: { name: string }): ReactNode =>
    createElement("span", { className: "mention" }, `@${name}`);
  return {
    user: mention,
    usergroup: mention,
    date: ({ timestamp, format }: { timestamp: string; format: string }): ReactNode =>
      createElement("time", {}, slackDate(reader, Number(timestamp), format)),
  };
}

// Ids repeat with every message, inline styles aren't allowed here, and a long code block scrolls.
const tidy = (markup: string): string =>
  markup
    .replace(/ id="[^"]*"/g, "")
    .replace(/ style="[^"]*"/g, "")
    .replaceAll("<pre", '<pre tabindex="0"');
