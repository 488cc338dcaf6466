/** The modal in which less is approved than is asked for: a lower role, a shorter time, and a note. */

import type { KnownBlock, ModalView } from "@slack/types";
import { z } from "zod";
import { roleNamed } from "../../domain/catalog.ts";
import { REASON_MAX, reasonIn } from "../../domain/command.ts";
import { shorterThan, timesUpTo } from "../../domain/less.ts";
import type { Refusal } from "../../domain/refusal.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { LESS_VIEW } from "../ids.ts";
import { json } from "../json.ts";
import { context, quote, section } from "./blocks.ts";
import type { ViewContext } from "./context.ts";
import { DecisionTarget } from "./decision.ts";
import { input, option, plain, select, textInput } from "./inputs.ts";
import { refusalAtInput, refusedReply } from "./refused.ts";
import { factsOf, type Renderer, rendererOf } from "./renderer.ts";

const INPUT = { role: "less-role", time: "less-time", note: "less-note" } as const;

/** And what is asked for: less than that is chosen. */
const LessTarget = DecisionTarget.extend({ role: z.string(), duration: z.number().int() });

/** The roles that may be chosen; null where they cannot be looked up. */
export type LowerRoles = readonly string[] | "looking" | null;

export function lessForm(
  r: AccessRequest,
  target: DecisionTarget,
  lower: LowerRoles,
  ctx: ViewContext,
): ModalView {
  const p = rendererOf(ctx);
  const { less, decision } = p.words;
  const { role, duration } = r;
  const note = textInput(INPUT.note, "", { multiline: true, max_length: REASON_MAX });
  return {
    type: "modal",
    callback_id: LESS_VIEW,
    private_metadata: JSON.stringify(LessTarget.parse({ ...target, role, duration })),
    title: plain(less.title),
    submit: plain(less.submit),
    close: plain(decision.cancel),
    blocks: [
      section(less.head(factsOf(p, r), p.rich)),
      ...quote(r.reason, decision.asked),
      ...rolesOf(p, r, lower),
      ...timesOf(p, r),
      input(INPUT.note, decision.approve.label, note, { hint: plain(decision.approve.hint), optional: true }),
      context([r.id]),
    ],
  };
}

/** For views.update: says why not, and takes nothing more. */
export function lessRefused(refusal: Refusal, ctx: ViewContext): ModalView {
  const { less, decision } = rendererOf(ctx).words;
  const { blocks } = refusedReply(refusal, ctx);
  return { type: "modal", title: plain(less.title), close: plain(decision.close), blocks };
}

function rolesOf(p: Renderer, r: AccessRequest, lower: LowerRoles): KnownBlock[] {
  const { less } = p.words;
  if (r.extends) return [];
  if (lower === "looking") return [context([less.looking])];
  if (!lower) return [context([less.unknown])];
  if (lower.length === 0) return [context([less.none])];
  const options = [r.role, ...lower].map((name) =>
    option(name, name, p.ctx.roles[name]?.description[p.ctx.locale]),
  );
  return [input(INPUT.role, less.role, select(INPUT.role, options, r.role))];
}

function timesOf(p: Renderer, r: AccessRequest): KnownBlock[] {
  const role = roleNamed(p.ctx.roles, r.role);
  if (!role) return [];
  const times = timesUpTo(r.duration, role);
  const chosen = shorterThan(r.duration, role) ?? times[0];
  const options = times.map((ms) => option(String(ms), p.words.grammar.span(ms)));
  return [input(INPUT.time, p.words.less.time, select(INPUT.time, options, String(chosen)))];
}

const Chosen = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
});
const Submitted = z.object({
  private_metadata: json.pipe(LessTarget),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), Chosen)) }),
});

interface Terms {
  role: string;
  duration: number;
}

export interface LessFilled {
  target: DecisionTarget;
  asked: Terms;
  less: Terms;
  note: string;
}

/** The `view` of a submission. Throws on what is no view of ours. */
export function readLess(view: unknown): LessFilled {
  const { private_metadata, state } = Submitted.parse(view);
  const { role, duration, ...target } = private_metadata;
  const at = (name: string) => state.values[name]?.[name];
  const less = {
    role: at(INPUT.role)?.selected_option?.value ?? role,
    duration: Number(at(INPUT.time)?.selected_option?.value ?? duration),
  };
  return { target, asked: { role, duration }, less, note: reasonIn(at(INPUT.note)?.value ?? "") };
}

/** For `response_action: "errors"`: it is not less, or longer than the role allows; null where it may be sent, or has no time to mend. */
export function lessErrors({ less, asked }: LessFilled, ctx: ViewContext): Record<string, string> | null {
  const { words } = rendererOf(ctx);
  if (!roleNamed(ctx.roles, asked.role)) return null;
  const max = roleNamed(ctx.roles, less.role)?.duration.max;
  if (less.role === asked.role && less.duration >= asked.duration)
    return { [INPUT.time]: words.less.notLess };
  if (max === undefined || less.duration <= max) return null;
  return { [INPUT.time]: words.less.tooLong(less.role, words.grammar.span(max)) };
}

/** Likewise, where it is not taken now. */
export const lessKept = (refusal: Refusal, ctx: ViewContext): Record<string, string> => ({
  [INPUT.note]: refusalAtInput(rendererOf(ctx), refusal),
});
