/** Reading what was sent: the text a person sees, and the elements they can act on. */
import type { Block, Content, JsonObject } from "./types.ts";

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every object inside, depth first, in the order a person reads. */
export function walk(value: unknown, found: JsonObject[] = []): JsonObject[] {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, found);
  } else if (isObject(value)) {
    found.push(value);
    for (const item of Object.values(value)) walk(item, found);
  }
  return found;
}

/** As one reads it: an unbroken space looks like any other. */
const unescaped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&").replaceAll("\u00A0", " ");

const isText = (object: JsonObject): boolean =>
  typeof object.text === "string" && ["plain_text", "mrkdwn", "text", "link"].includes(String(object.type));

/** The words on the screen, a block a line; buttons and confirm texts included. */
export function visibleText(content: Content): string {
  if (!content.blocks?.length) return unescaped(content.text);
  return content.blocks.map(blockText).join("\n");
}

function blockText(block: Block): string {
  const separator = block.type === "rich_text" ? "" : " ";
  return unescaped(
    walk(block)
      .filter(isText)
      .map((object) => object.text)
      .join(separator),
  );
}

/** An element with an action_id, and the block it is in. */
export interface Actionable {
  block: Block;
  element: JsonObject;
}

export function actionables(blocks: Block[] = []): Actionable[] {
  return blocks.flatMap((block) =>
    walk(block)
      .filter((object) => typeof object.action_id === "string" && object !== block)
      .map((element) => ({ block, element })),
  );
}

export const labelOf = (element: JsonObject): string =>
  isObject(element.text) ? String(element.text.text) : "";

/** The labels of the buttons a person sees. */
export const buttonsOf = (content: { blocks?: Block[] }): string[] =>
  actionables(content.blocks)
    .filter(({ element }) => element.type === "button")
    .map(({ element }) => labelOf(element));

/** Whom the content mentions: people, groups and broadcasts, as Slack parses them. */
export function mentionsIn(content: Content): { users: Set<string>; groups: Set<string>; everyone: boolean } {
  const found = { users: new Set<string>(), groups: new Set<string>(), everyone: false };
  const whole: JsonObject[] = [{ type: "mrkdwn", text: content.text }];
  for (const object of content.blocks?.length ? walk(content.blocks) : whole) {
    if (object.type === "mrkdwn") addMarkup(String(object.text), found);
  }
  return found;
}

function addMarkup(text: string, found: ReturnType<typeof mentionsIn>): void {
  for (const [, user] of text.matchAll(/<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/g)) if (user) found.users.add(user);
  for (const [, group] of text.matchAll(/<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>/g))
    if (group) found.groups.add(group);
  if (/<!(?:here|channel|everyone)(?:\|[^>]*)?>/.test(text)) found.everyone = true;
}
