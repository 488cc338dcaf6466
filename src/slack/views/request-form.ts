/** The form that asks for access: what a role gives and who decides, times within its limits, and when it would end. */
import type { KnownBlock, ModalView } from "@slack/types";
import type { Role } from "../../domain/catalog.ts";
import { REASON_MAX } from "../../domain/command.ts";
import { presetsOf } from "../../domain/presets.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { wholeTime } from "../../domain/typed-time.ts";
import { FORM, REQUEST_VIEW } from "../ids.ts";
import { context, section } from "./blocks.ts";
import type { ViewContext } from "./context.ts";
import { type FormDraft, FormOrigin } from "./form-draft.ts";
import { roleLines } from "./help.ts";
import { input, type Option, option, plain, select, textInput } from "./inputs.ts";
import { refusedReply } from "./refused.ts";
import { type Renderer, rendererOf } from "./renderer.ts";

export function requestForm(draft: FormDraft, ctx: ViewContext): ModalView {
  const p = rendererOf(ctx);
  const { form } = p.words;
  const name = draft.role;
  const role = name !== null && Object.hasOwn(ctx.roles, name) ? ctx.roles[name] : undefined;
  const inputs = name !== null && role ? inputsOf(p, draft, name, role) : undefined;
  return {
    type: "modal",
    callback_id: REQUEST_VIEW,
    private_metadata: JSON.stringify(FormOrigin.parse(draft.origin)),
    title: plain(form.title),
    ...(inputs ? { submit: plain(form.submit) } : {}),
    close: plain(form.cancel),
    blocks: [section(form.head(p.hub, p.rich)), ...notes(p, draft), ...(inputs ?? [])],
  };
}

/** In its place, for whoever may not ask at all. */
export function requestFormRefused(refusal: Refusal, ctx: ViewContext): ModalView {
  const { form } = rendererOf(ctx).words;
  const { blocks } = refusedReply(refusal, ctx);
  return { type: "modal", title: plain(form.title), close: plain(form.close), blocks };
}

function notes(p: Renderer, { complete, roles, leftOut }: FormDraft): KnownBlock[] {
  const { form } = p.words;
  if (leftOut) return [context([form.leftOut(leftOut, p.rich)])];
  if (!complete) return [context([form.looking])];
  return roles.length === 0 ? [context([form.none])] : [];
}

function inputsOf(p: Renderer, draft: FormDraft, name: string, role: Role): KnownBlock[] {
  const { form } = p.words;
  const ends = endOf(draft, role);
  return [
    // Another list is another input: Slack keeps what was chosen in one of the same id.
    input(draft.leftOut ? "role-again" : "role", form.role, select(FORM.role, rolesOf(p, draft), name), {
      dispatch_action: true,
    }),
    section(roleLines(p, role)),
    input(`time-${name}`, form.time, timesOf(p, draft, role), { dispatch_action: true }),
    input("other", form.other, textInput(FORM.other, draft.other, { max_length: 60 }), {
      optional: true,
      hint: plain(form.otherHint),
      dispatch_action: true,
    }),
    input(
      "reason",
      form.reason,
      textInput(FORM.reason, draft.reason, { multiline: true, max_length: REASON_MAX }),
      {
        optional: role.reason !== "required",
        hint: plain(form.reasonHint),
      },
    ),
    ...(ends === null ? [] : [context([form.ends(p.ctx.now + ends, ends, p.rich)])]),
  ];
}

const rolesOf = ({ ctx }: Renderer, { roles }: FormDraft): Option[] =>
  roles.flatMap((name) => {
    const role = Object.hasOwn(ctx.roles, name) ? ctx.roles[name] : undefined;
    return role ? [option(name, name, role.description[ctx.locale])] : [];
  });

function timesOf(p: Renderer, { duration }: FormDraft, role: Role) {
  const times = presetsOf(role, duration);
  const chosen = duration !== null && times.includes(duration) ? duration : role.duration.default;
  return select(
    FORM.time,
    times.map((ms) => option(String(ms), p.words.grammar.span(ms))),
    String(chosen),
  );
}

/** Milliseconds; null where the time cannot be read, or is none that the role allows. */
function endOf({ other, duration }: FormDraft, role: Role): number | null {
  if (other.trim() === "") return Math.min(duration ?? role.duration.default, role.duration.max);
  const time = wholeTime(other);
  return "ms" in time && time.ms <= role.duration.max ? time.ms : null;
}
