/** The rules by which the bot speaks, checked on any message or modal. */
import type { Button, KnownBlock, ModalView } from "@slack/types";
import { expect } from "vitest";
import { checkBlocks, checkView } from "../../sandbox/slack/blocks/check.ts";
import { walk } from "../../sandbox/slack/read.ts";
import type { Message } from "../../src/slack/views/index.ts";

const IN_MESSAGES = ["section", "context", "actions", "rich_text"];
const RAW = /[<>]|&(?!amp;|lt;|gt;)/;
const MARKUP = /<(?:!date\^\d+\^[^|>^]+\|[^|>]+ UTC|!subteam\^S[A-Z0-9]+|@[UW][A-Z0-9]+|#[CG][A-Z0-9]+)>/g;

export function expectSpeech({ text, blocks }: Message, secret?: string): void {
  checkBlocks(blocks);
  expect(blocks.map((block) => block.type).filter((type) => !IN_MESSAGES.includes(type))).toEqual([]);
  expectPlain(text, secret);
  expectFrame(blocks);
  expectMarkup(blocks);
  expectButtons(buttonsIn(blocks));
}

export function expectModal(view: ModalView): void {
  checkView(view, "modal");
  expect(view.title.text.length).toBeLessThanOrEqual(24);
  const types = view.blocks.map((block) => block.type);
  expect(types.filter((type) => ![...IN_MESSAGES, "input"].includes(type))).toEqual([]);
  expectMarkup(view.blocks as KnownBlock[]);
}

/** The Home tab: as a message, and no button of many is the one to press. */
export function expectHome(blocks: KnownBlock[]): void {
  expect(blocks.map((block) => block.type).filter((type) => !IN_MESSAGES.includes(type))).toEqual([]);
  expectFrame(blocks);
  expectMarkup(blocks);
  expectButtons(buttonsIn(blocks));
  expect(buttonsIn(blocks).filter(({ style }) => style === "primary")).toEqual([]);
}

function expectPlain(text: string, secret?: string): void {
  expect(text.length).toBeGreaterThan(0);
  expect(text.length).toBeLessThanOrEqual(150);
  expect(text).not.toMatch(RAW);
  if (secret) expect(text).not.toContain(secret);
}

/** The first block starts with the state in bold, and the last one is a context. */
function expectFrame(blocks: KnownBlock[]): void {
  const first = blocks[0];
  expect(first?.type === "section" && first.text?.text).toMatch(/^\*[^*]+\* \S/u);
  expect(blocks.at(-1)?.type).toBe("context");
}

/** What is left of mrkdwn without our own mentions and dates holds no raw markup. */
export function expectMarkup(blocks: readonly KnownBlock[]): void {
  const texts = mrkdwnIn(blocks);
  expect(texts.filter((text) => RAW.test(text.replace(MARKUP, "")))).toEqual([]);
  expect(texts.filter((text) => (text.match(/\*/g)?.length ?? 0) % 2 !== 0)).toEqual([]);
}

/** Chinese leaves no space before its marks, nor between its words; what bold and code force stands after a mark, or at Latin words. */
export function expectTypography({ text, blocks }: Message): void {
  // What is typed is another's language.
  const said = [text, ...mrkdwnIn(blocks).map((one) => one.replace(/`[^`]*`/g, "`code`"))];
  const wrong = / [，。：；！？、（）]|\p{sc=Han} +\p{sc=Han}|\b[Hh]ub\b|您/u;
  expect(said.filter((words) => wrong.test(words))).toEqual([]);
}

export const mrkdwnIn = (blocks: readonly KnownBlock[]): string[] =>
  [...walk(blocks)].filter((one) => one.type === "mrkdwn").map((one) => String(one.text));

export const buttonsIn = (blocks: readonly KnownBlock[]): Button[] =>
  [...walk(blocks)].filter((one) => one.type === "button") as unknown as Button[];

function expectButtons(buttons: Button[]): void {
  const wrong = buttons.filter(
    ({ text, accessibility_label = "", style, confirm, value, url }) =>
      text.text.length > 30 ||
      !/^.{1,75}$/u.test(accessibility_label) ||
      !accessibility_label.startsWith(text.text) ||
      Boolean(value) === Boolean(url) ||
      (style === "danger" && confirm === undefined),
  );
  expect(wrong).toEqual([]);
  expect(buttons.filter(({ style }) => style === "primary").length).toBeLessThanOrEqual(1);
}
