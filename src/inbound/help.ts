/** Draws the help: the answer to the command's word and to a button, and the buttons that Home and our DM show too. */
import type { Button } from "@slack/types";
import { formatDuration } from "../request/durations.ts";
import { actions, compose, section } from "../slack/messages/blocks.ts";
import { labelledButton } from "../slack/messages/buttons.ts";
import type { DrawContext } from "../slack/messages/facts.ts";
import type { Message } from "../slack/slack.ts";
import { code, escapeText, plainWords } from "../slack/text/format.ts";
import { type Words, wordsFor } from "../slack/text/index.ts";

export const helpButton = ({ button }: Words["commands"], verb: keyof Words["commands"]["button"]): Button =>
  labelledButton(verb, button[verb]);

/** Draws three lines, and the buttons to go on with. */
export function drawHelp({ config, locale }: DrawContext): Message {
  const { commands } = wordsFor(locale);
  const [first, role] = Object.entries(config.roles)[0] ?? ["", null];
  const [head = "", ...lines] = commands.help({
    command: config.slack.command,
    hub: escapeText(config.hub.name),
    // Slack does not see code right beside Chinese punctuation.
    roles: Object.keys(config.roles).map(code).join(" · "),
    example: role ? `${first} ${formatDuration(role.duration.default)}` : "",
  });
  const buttons = [helpButton(commands, "request-access"), helpButton(commands, "help-more")];
  return compose(plainWords(head), head, [...section(lines.join("\n")), ...actions(...buttons)]);
}

/** Draws all that the command can do. */
export function drawMoreHelp({ config, locale }: DrawContext): Message {
  const [head = "", ...lines] = wordsFor(locale).commands.moreHelp(config.slack.command);
  return compose(plainWords(head), head, lines.flatMap(section));
}
