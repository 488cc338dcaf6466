/** The modal in which the holder of a grant asks for more time: until when it stands, the most that may be added, and why. */
import type { ModalView } from "@slack/types";
import { z } from "zod";
import { type Role, roleNamed } from "../../domain/catalog.ts";
import { REASON_MAX, reasonIn } from "../../domain/command.ts";
import { totalOf } from "../../domain/extension.ts";
import { RequestId } from "../../domain/ids.ts";
import { timesUpTo } from "../../domain/less.ts";
import type { Refusal } from "../../domain/refusal.ts";
import type { In } from "../../domain/request.ts";
import { MORE_VIEW } from "../ids.ts";
import { json } from "../json.ts";
import { context, section } from "./blocks.ts";
import type { ViewContext } from "./context.ts";
import { FormOrigin } from "./form-draft.ts";
import { hintOf } from "./help.ts";
import { input, option, plain, select, textInput } from "./inputs.ts";
import { refusalAtInput } from "./refused.ts";
import { type Renderer, rendererOf } from "./renderer.ts";

const INPUT = { time: "more-time", reason: "more-reason" } as const;
const Target = z.object({ id: RequestId, origin: FormOrigin });

/** `most`: what may be added at the most, ms. */
export function moreForm(
  { grant, most, origin }: { grant: In<"active">; most: number; origin: FormOrigin },
  ctx: ViewContext,
): ModalView {
  const p = rendererOf(ctx);
  const { more, form } = p.words;
  const role = roleNamed(ctx.roles, grant.role);
  return {
    type: "modal",
    callback_id: MORE_VIEW,
    private_metadata: JSON.stringify(Target.parse({ id: grant.id, origin })),
    title: plain(more.title),
    submit: plain(form.submit),
    close: plain(form.cancel),
    blocks: [
      section(headOf(p, grant, most, role)),
      ...(role ? inputsOf(p, grant, most, role) : []),
      context([grant.id]),
    ],
  };
}

function headOf(p: Renderer, { role: name, expiresAt }: In<"active">, most: number, role?: Role): string {
  const { more } = p.words;
  const limited = role && most < role.duration.max;
  return [
    more.head(name, p.hub, expiresAt, p.rich),
    more.most(most, expiresAt + most, p.rich),
    ...(limited ? [more.inAll(totalOf(role))] : []),
  ].join(" ");
}

/** Whoever has a reason for the access has it still: it stands there, to be changed. */
function inputsOf(p: Renderer, { reason }: In<"active">, most: number, role: Role) {
  const { more, form } = p.words;
  const times = timesUpTo(most, role);
  const chosen = times.includes(role.duration.default) ? role.duration.default : times.at(-1);
  const options = times.map((ms) => option(String(ms), p.words.grammar.span(ms)));
  return [
    input(INPUT.time, more.time, select(INPUT.time, options, String(chosen))),
    input(
      INPUT.reason,
      form.reason,
      textInput(INPUT.reason, reason, { multiline: true, max_length: REASON_MAX }),
      { optional: !role.reason.required, hint: plain(form.reasonHint(hintOf(p, role, String))) },
    ),
  ];
}

const Value = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
});
const Submitted = z.object({
  private_metadata: json.pipe(Target),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), Value)) }),
});

export interface MoreFilled {
  id: RequestId;
  origin: FormOrigin;
  duration: number;
  reason: string;
}

/** The `view` of a submission. Throws on what is no view of ours. */
export function readMore(view: unknown): MoreFilled {
  const { private_metadata, state } = Submitted.parse(view);
  const at = (name: string) => state.values[name]?.[name];
  const duration = z.coerce.number().int().parse(at(INPUT.time)?.selected_option?.value);
  return { ...private_metadata, duration, reason: reasonIn(at(INPUT.reason)?.value ?? "") };
}

const AT_REASON: readonly Refusal["kind"][] = ["no-reason", "reason-too-long", "reason-form"];

/** For `response_action: "errors"`; null is what nobody foresaw. */
export function moreErrors(refusal: Refusal | null, ctx: ViewContext): Record<string, string> {
  const at = refusal && AT_REASON.includes(refusal.kind) ? INPUT.reason : INPUT.time;
  return { [at]: refusalAtInput(rendererOf(ctx), refusal) };
}
