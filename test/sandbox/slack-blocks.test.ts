/** Block Kit's limits, one row each: accepted at the limit, refused one above, with Slack's words and pointer. */
import { expect, test } from "vitest";
import { checkBlocks, checkView } from "../../sandbox/slack/blocks/check.ts";
import { SlackRefusal } from "../../sandbox/slack/errors.ts";

const plain = (text: string) => ({ type: "plain_text", text });
const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
const button = (rest: object = {}) => ({ type: "button", action_id: "a", text: plain("Go"), ...rest });
const actions = (...elements: object[]) => ({ type: "actions", elements });
const many = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => make(i));
const x = (length: number) => "x".repeat(length);
const select = (count: number) => ({
  type: "static_select",
  action_id: "s",
  options: many(count, (i) => ({ text: plain(`o${i}`), value: `${i}` })),
});
const ticks = {
  type: "checkboxes",
  action_id: "t",
  options: many(2, (i) => ({ text: plain(`o${i}`), value: `${i}` })),
};
const rich = (...elements: object[]) => ({ type: "rich_text", elements });
const pre = (text: string) => ({ type: "rich_text_preformatted", elements: [{ type: "text", text }] });
const input = (element: object, label = "Why") => ({ type: "input", label: plain(label), element });
const modal = (rest: object = {}) => ({
  type: "modal",
  title: plain("T"),
  submit: plain("Go"),
  blocks: [],
  ...rest,
});

const refusal = (check: () => unknown): string => {
  try {
    check();
    return "ok";
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    return `${error.code}: ${(error.extra.errors as string[]).join("; ")}`;
  }
};

test.each<[string, object[], object[], string]>([
  [
    "blocks",
    many(50, () => ({ type: "divider" })),
    many(51, () => ({ type: "divider" })),
    "no more than 50 items allowed [json-pointer:/blocks]",
  ],
  [
    "section text",
    [section(x(3000))],
    [section(x(3001))],
    "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
  ],
  [
    "empty text",
    [section("x")],
    [section("")],
    "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
  ],
  [
    "header",
    [{ type: "header", text: plain(x(150)) }],
    [{ type: "header", text: plain(x(151)) }],
    "must be less than 151 characters",
  ],
  [
    "button text",
    [actions(button({ text: plain(x(75)) }))],
    [actions(button({ text: plain(x(76)) }))],
    "/blocks/0/elements/0/text/text",
  ],
  [
    "button text kind",
    [actions(button())],
    [actions(button({ text: { type: "mrkdwn", text: "Go" } }))],
    "/blocks/0/elements/0/text/type",
  ],
  [
    "button value",
    [actions(button({ value: x(2000) }))],
    [actions(button({ value: x(2001) }))],
    "less than 2001",
  ],
  [
    "button url",
    [actions(button({ url: `https://x.y/${x(2988)}` }))],
    [actions(button({ url: `https://x.y/${x(2989)}` }))],
    "less than 3001",
  ],
  [
    "button url form",
    [actions(button({ url: "https://x.y" }))],
    [actions(button({ url: "x y" }))],
    "must be a valid URI",
  ],
  [
    "button style",
    [actions(button({ style: "danger" }))],
    [actions(button({ style: "default" }))],
    "/elements/0/style",
  ],
  [
    "accessibility_label",
    [actions(button({ accessibility_label: x(75) }))],
    [actions(button({ accessibility_label: x(76) }))],
    "less than 76",
  ],
  [
    "action_id",
    [actions(button({ action_id: x(255) }))],
    [actions(button({ action_id: x(256) }))],
    "less than 256",
  ],
  [
    "action_id twice",
    [actions(button(), button({ action_id: "b" }))],
    [actions(button(), button())],
    '`action_id` "a" already exists',
  ],
  [
    "block_id twice",
    [{ type: "divider", block_id: "d" }],
    many(2, () => ({ type: "divider", block_id: "d" })),
    '`block_id` "d" already exists',
  ],
  [
    "confirm title",
    [
      actions(
        button({
          confirm: { title: plain(x(100)), text: plain(x(300)), confirm: plain(x(30)), deny: plain("n") },
        }),
      ),
    ],
    [actions(button({ confirm: { title: plain(x(101)), text: plain("t") } }))],
    "less than 101",
  ],
  ["confirm text", [section("x")], [actions(button({ confirm: { text: plain(x(301)) } }))], "less than 301"],
  [
    "confirm button",
    [section("x")],
    [actions(button({ confirm: { text: plain("t"), confirm: plain(x(31)) } }))],
    "less than 31",
  ],
  [
    "context",
    [{ type: "context", elements: many(10, () => plain("x")) }],
    [{ type: "context", elements: many(11, () => plain("x")) }],
    "no more than 10 items",
  ],
  [
    "actions",
    [actions(...many(25, (i) => button({ action_id: `${i}` })))],
    [actions(...many(26, (i) => button({ action_id: `${i}` })))],
    "no more than 25 items",
  ],
  [
    "fields",
    [{ type: "section", fields: many(10, () => plain("x")) }],
    [{ type: "section", fields: many(11, () => plain("x")) }],
    "no more than 10 items",
  ],
  ["empty section", [section("x")], [{ type: "section" }], "must define either `text` or `fields`"],
  ["options", [actions(select(100))], [actions(select(101))], "no more than 100 items"],
  [
    "option text",
    [section("x")],
    [actions({ ...select(0), options: [{ text: plain(x(76)), value: "v" }] })],
    "less than 76",
  ],
  [
    "rich text",
    [rich(pre("token"))],
    [rich({ type: "preformatted", elements: [] })],
    "unsupported type: preformatted",
  ],
  [
    "preformatted holds text",
    [rich(pre("t"))],
    [rich({ type: "rich_text_preformatted", elements: [{ type: "user", user_id: "U1" }] })],
    "unsupported type: user",
  ],
  [
    "rich text style",
    [rich({ type: "rich_text_section", elements: [{ type: "text", text: "t", style: { bold: true } }] })],
    [rich({ type: "rich_text_section", elements: [{ type: "text", text: "t", style: { big: true } }] })],
    "invalid additional property: big",
  ],
  ["unknown block", [section("x")], [{ type: "sections", text: plain("x") }], "unsupported type: sections"],
  [
    "unknown property",
    [section("x")],
    [{ ...section("x"), colour: "red" }],
    "invalid additional property: colour [json-pointer:/blocks/0]",
  ],
  ["missing field", [section("x")], [actions({ type: "button" })], "missing required field: text"],
])("%s", (_, good, bad, words) => {
  expect(refusal(() => checkBlocks(good))).toBe("ok");
  expect(refusal(() => checkBlocks(bad))).toContain("invalid_blocks: ");
  expect(refusal(() => checkBlocks(bad))).toContain(words);
});

test.each<[string, object, object, string]>([
  [
    "title",
    modal({ title: plain(x(24)) }),
    modal({ title: plain(x(25)) }),
    "less than 25 characters [json-pointer:/view/title/text]",
  ],
  ["submit", modal({ submit: plain(x(24)) }), modal({ submit: plain(x(25)) }), "/view/submit/text"],
  ["close", modal({ close: plain(x(24)) }), modal({ close: plain(x(25)) }), "/view/close/text"],
  [
    "private_metadata",
    modal({ private_metadata: x(3000) }),
    modal({ private_metadata: x(3001) }),
    "less than 3001",
  ],
  [
    "blocks",
    modal({ blocks: many(100, () => ({ type: "divider" })) }),
    modal({ blocks: many(101, () => ({ type: "divider" })) }),
    "no more than 100 items",
  ],
  [
    "label",
    modal({ blocks: [input({ type: "plain_text_input" }, x(2000))] }),
    modal({ blocks: [input({ type: "plain_text_input" }, x(2001))] }),
    "less than 2001",
  ],
  [
    "placeholder",
    modal({ blocks: [input({ type: "plain_text_input", placeholder: plain(x(150)) })] }),
    modal({ blocks: [input({ type: "plain_text_input", placeholder: plain(x(151)) })] }),
    "less than 151",
  ],
  [
    "submit for inputs",
    modal(),
    modal({ submit: undefined, blocks: [input({ type: "plain_text_input" })] }),
    "must define `submit`",
  ],
  [
    "initial option",
    modal({ blocks: [input({ ...select(2), initial_option: { text: plain("o1"), value: "1" } })] }),
    modal({ blocks: [input({ ...select(2), initial_option: { text: plain("o1"), value: "2" } })] }),
    "must match one of the options [json-pointer:/view/blocks/0/element/initial_option]",
  ],
  [
    "ticked boxes",
    modal({ blocks: [input({ ...ticks, initial_options: [ticks.options[0]] })] }),
    modal({ blocks: [input({ ...ticks, initial_options: [{ text: plain("later"), value: "now" }] })] }),
    "must match one of the options [json-pointer:/view/blocks/0/element/initial_options]",
  ],
  [
    "boxes of which none is ticked",
    modal({ blocks: [input(ticks)] }),
    modal({ blocks: [input({ ...ticks, initial_options: [] })] }),
    "no less than 1 items",
  ],
  [
    "cursor",
    modal({ blocks: [input({ type: "plain_text_input", focus_on_load: true })] }),
    modal({ blocks: many(2, () => input({ type: "plain_text_input", focus_on_load: true })) }),
    "only one element",
  ],
  ["no button as input", modal(), modal({ blocks: [input(button())] }), "unsupported type: button"],
  [
    "markdown is for messages",
    modal(),
    modal({ blocks: [{ type: "markdown", text: "x" }] }),
    "unsupported type: markdown",
  ],
])("a modal's %s", (_, good, bad, words) => {
  expect(refusal(() => checkView(good, "modal"))).toBe("ok");
  expect(refusal(() => checkView(bad, "modal"))).toContain("invalid_arguments: ");
  expect(refusal(() => checkView(bad, "modal"))).toContain(words);
});
