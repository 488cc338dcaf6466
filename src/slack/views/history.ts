/** What a person asked for, a line a request, and the story of one, a line a step. */
import type { Button, SectionBlock } from "@slack/types";
import type { TriedStep } from "../../domain/attempt.ts";
import type { TrailStep } from "../../domain/step.ts";
import { type Story, storyOf } from "../../domain/story.ts";
import type { SeenUse, UseChange } from "../../domain/use.ts";
import type { Formatter } from "../messages/formatter.ts";
import { quote, section } from "./blocks.ts";
import { button } from "./buttons.ts";
import type { Message, ViewContext } from "./context.ts";
import { type Paged, pageOf } from "./pages.ts";
import { message, type Renderer, rendererOf } from "./renderer.ts";
import { drawChange, drawUse } from "./use.ts";

export interface PastOne {
  story: Story;
  next: number;
}

export function historyReply(
  list: Paged<PastOne>,
  { person, since }: { person: string; since: number },
  ctx: ViewContext,
): Message {
  const p = rendererOf(ctx);
  const { story } = p.words;
  const { blocks, place } = pageOf(
    p,
    list,
    (one) => [section(story.line(one.story, stateOf(p, one.story.state), p.rich), storyButton(p, one.story))],
    ({ next }) => String(next),
  );
  const head = { total: list.total, person, since, hub: p.hub };
  return message(p, (fmt) => story.historyHead(head, fmt), blocks, [...place, story.how(p.rich)]);
}

type Line = TrailStep | TriedStep;
/** What a story tells, in this order: its lines, what was done with it, and what that changed. */
export type StoryItem = { step: Line } | { use: SeenUse } | { change: UseChange };

/** The latest change first. */
export const storyItems = (lines: readonly Line[], use: SeenUse | undefined): StoryItem[] => [
  ...lines.map((step) => ({ step })),
  ...(use ? [{ use }, ...use.changes.toReversed().map((change) => ({ change }))] : []),
];

/** `all`: its steps, of which the items may be a page. */
export function storyReply(list: Paged<StoryItem>, all: readonly TrailStep[], ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const story = storyOf(all);
  if (!story) throw new Error("a story without a step");
  const { blocks, place } = pageOf(
    p,
    list,
    (item) => [drawItem(p, item)],
    () => undefined,
  );
  const head = p.words.story.head;
  return message(
    p,
    (fmt) => head(story, stateOf(p, story.state), p.hub, fmt),
    [...quote(story.reason), ...blocks],
    [...place, story.id],
  );
}

function drawItem(p: Renderer, item: StoryItem): SectionBlock {
  if ("use" in item) return drawUse(p, item.use);
  if ("change" in item) return drawChange(p, item.change);
  return section(`${p.rich.exact(item.step.at)} · ${stepLine(p, item.step, p.rich)}`);
}

function stepLine({ words }: Renderer, step: Line, fmt: Formatter): string {
  const { steps, remark, tried, unknown } = words.story;
  if ("attempt" in step) return tried(step, fmt);
  if (step.from === step.to) return remark(step, fmt);
  const say = Object.hasOwn(steps, step.to) ? steps[step.to as keyof typeof steps] : unknown;
  return say(step, fmt);
}

/** In plain words, for a terminal. */
export function plainSteps(all: readonly Line[], ctx: ViewContext): { at: number; says: string }[] {
  const p = rendererOf(ctx);
  return all.map((step) => ({ at: step.at, says: stepLine(p, step, p.plain) }));
}

/** What only another version has a word for stands as it is. */
const stateOf = ({ words: { states }, rich }: Renderer, state: string): string =>
  Object.hasOwn(states, state) ? states[state as keyof typeof states] : rich.code(state);

const storyButton = (p: Renderer, { id, role }: Story): Button => ({
  ...button(p, "story", role, "", id),
  value: id,
});
