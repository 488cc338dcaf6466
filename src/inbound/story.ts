/** The story of one request, as its record tells it: what happened when, and by whom. */
import type { Request } from "../request/record.ts";
import { compose, quote, section } from "../slack/messages/blocks.ts";
import type { DrawContext } from "../slack/messages/facts.ts";
import { usageLine } from "../slack/messages/use.ts";
import type { Message } from "../slack/slack.ts";
import { escapeText, mentionUser, plainWords, precise } from "../slack/text/format.ts";
import { wordsFor } from "../slack/text/index.ts";
import { requestLine } from "./lines.ts";

export function drawStory(context: DrawContext, request: Request): Message {
  const head = requestLine(context, request);
  const lines = storyEvents(context, request)
    .sort((a, b) => a.at - b.at)
    .map(({ at, what }) => `${precise(at)} · ${what}`);
  const use = context.use && request.activeAt !== null ? usageLine(context.use, context.locale) : "";
  const body = [...quote(request.reason), ...section(lines.join("\n")), ...section(use)];
  return compose(plainWords(head), head, body, request.id, request.follows ?? "");
}

interface StoryLine {
  at: number;
  what: string;
}

function storyEvents({ locale }: DrawContext, request: Request): StoryLine[] {
  const { story } = wordsFor(locale).lists;
  const { requester, askedBy, approvals, activeAt, ending, outcome, review } = request;
  const asker = askedBy === requester ? "" : mentionUser(askedBy);
  const approved = approvals.map(({ at, by, rule }) => ({
    at,
    what: rule === null ? story.approved(mentionUser(by)) : approvedByRule(story, rule),
  }));
  const proof = ending?.proof;
  const closed = outcome && outcome.kind !== "ended" ? outcome : null;
  return [
    { at: request.askedAt, what: story.asked(mentionUser(requester), asker) },
    ...approved,
    ...(activeAt === null ? [] : [{ at: activeAt, what: story.active }]),
    ...(ending
      ? [{ at: ending.at, what: withWords(story, story.ended(mentionUser(ending.by)), ending.words) }]
      : []),
    ...(proof ? [{ at: proof.at, what: story.proved }] : []),
    ...(closed
      ? [
          {
            at: closed.at,
            what: withWords(story, story.closed(closed.kind, mentionUser(closed.by)), closed.words),
          },
        ]
      : []),
    ...(review
      ? [{ at: review.at, what: withWords(story, story.reviewed(mentionUser(review.by)), review.words) }]
      : []),
  ];
}

type Story = ReturnType<typeof wordsFor>["lists"]["story"];

function approvedByRule(story: Story, rule: string): string {
  if (rule === "none") return story.automatic;
  return rule === "emergency" ? story.emergency : story.rule(escapeText(rule));
}

const withWords = (story: Story, what: string, words: string): string =>
  words === "" ? what : story.withWords(what, escapeText(words));
