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
  const faults = [...faultsOfPlain(text, secret), ...faultsOfFrame(blocks), ...faultsOf(blocks, IN_MESSAGES)];
  expect(faults).toEqual([]);
}

export function expectModal(view: ModalView): void {
  checkView(view, "modal");
  expectTypography({ text: view.title.text, blocks: view.blocks as KnownBlock[] });
  const { length } = view.title.text;
  const faults = faultsOf(view.blocks as KnownBlock[], [...IN_MESSAGES, "input"], false);
  expect([...(length > 24 ? [`a title of ${length}`] : []), ...faults]).toEqual([]);
}

/** The Home tab: as a message, and no button of many is the one to press. */
export function expectHome(blocks: KnownBlock[]): void {
  expect([...faultsOfFrame(blocks), ...faultsOf(blocks, IN_MESSAGES)]).toEqual([]);
  expect(buttonsIn(blocks).filter(({ style }) => style === "primary")).toEqual([]);
}

/** What a rule finds wrong, each under its name: one comparison for all, for thousands of messages are looked at. */
const wrong = (rule: string, found: readonly unknown[]): string[] =>
  found.map((one) => `${rule}: ${JSON.stringify(one)}`);

const faultsOf = (blocks: readonly KnownBlock[], types: readonly string[], buttons = true): string[] => [
  ...wrong(
    "a block of this type",
    blocks.filter(({ type }) => !types.includes(type)),
  ),
  ...faultsOfMarkup(blocks),
  ...(buttons ? faultsOfButtons(buttonsIn(blocks)) : []),
];

const faultsOfPlain = (text: string, secret?: string): string[] => [
  ...wrong("1 to 150 characters ring", text.length < 1 || text.length > 150 ? [text] : []),
  ...wrong("raw markup", RAW.test(text) ? [text] : []),
  ...wrong("the secret", secret && text.includes(secret) ? [text] : []),
];

/** The first block starts with the state in bold, and the last one is a context. */
function faultsOfFrame(blocks: KnownBlock[]): string[] {
  const [first, last] = [blocks[0], blocks.at(-1)];
  const begins = first?.type === "section" && /^\*[^*]+\* \S/u.test(first.text?.text ?? "");
  return [
    ...wrong("the state comes first, in bold", begins ? [] : [first]),
    ...wrong("a context comes last", last?.type === "context" ? [] : [last]),
  ];
}

export function expectMarkup(blocks: readonly KnownBlock[]): void {
  expect(faultsOfMarkup(blocks)).toEqual([]);
}

/** What is left of mrkdwn without our own mentions and dates holds no raw markup. */
function faultsOfMarkup(blocks: readonly KnownBlock[]): string[] {
  const texts = mrkdwnIn(blocks);
  return [
    ...wrong(
      "raw markup",
      texts.filter((text) => RAW.test(text.replace(MARKUP, ""))),
    ),
    ...wrong(
      "bold that does not end",
      texts.filter((text) => (text.match(/\*/g)?.length ?? 0) % 2 !== 0),
    ),
    ...wrong(
      "a full stop before a dot",
      texts.filter((text) => /[.。] · /u.test(text)),
    ),
  ];
}

/** Chinese leaves no space before its marks, nor behind them, nor between its words; what bold and code force stands after a mark, or at Latin words. */
export function expectTypography({ text, blocks }: Message): void {
  // What is typed is another's language.
  const said = [text, ...mrkdwnIn(blocks).map((one) => one.replace(/`[^`]*`/g, "`code`"))];
  const spaced =
    / [，。：；！？、（）]|\p{sc=Han} +\p{sc=Han}|） \p{sc=Han}|[，。：；！？、] [^*`·<]|\b[Hh]ub\b|您/u;
  expect(said.filter((words) => spaced.test(words))).toEqual([]);
  // But before a digit; "从明天09:00" is as it is typed.
  const unspaced = /\p{sc=Han}(?<!从(?:明天)?)\d/u;
  expect(said.filter((words) => unspaced.test(words))).toEqual([]);
  // Slack does not see where code begins or ends beside these.
  const touched = /[，。：；！？、（）“”]`code`|`code`[，。；]/u;
  expect(said.filter((words) => touched.test(words))).toEqual([]);
  // Nor of bold, beside a character too.
  const bold = said.map((words) => words.replace(/\*[^*]+\*/g, "*bold*"));
  const stuck = /[\p{sc=Han}，。：；！？、（）“”]\*bold\*|\*bold\*[\p{sc=Han}，。：；！？、（）“”]/u;
  expect(bold.filter((words) => stuck.test(words))).toEqual([]);
}

export const mrkdwnIn = (blocks: readonly KnownBlock[]): string[] =>
  walk(blocks)
    .filter((one) => one.type === "mrkdwn")
    .map((one) => String(one.text));

export const buttonsIn = (blocks: readonly KnownBlock[]): Button[] =>
  walk(blocks).filter((one) => one.type === "button") as unknown as Button[];

function faultsOfButtons(buttons: Button[]): string[] {
  const broken = buttons.filter(
    ({ text, accessibility_label = "", style, confirm, value, url }) =>
      text.text.length > 30 ||
      !/^.{1,75}$/u.test(accessibility_label) ||
      !accessibility_label.startsWith(text.text) ||
      Boolean(value) === Boolean(url) ||
      (style === "danger" && confirm === undefined),
  );
  const primary = buttons.filter(({ style }) => style === "primary");
  return [...wrong("a button", broken), ...wrong("one to press at most", primary.slice(1))];
}
