/** The form that asks for access: what a role gives and who decides, times within its limits, and when it would end. */
import type { KnownBlock, ModalView } from "@slack/types";
import { timesOf } from "../../domain/break-glass.ts";
import { type Role, roleNamed } from "../../domain/catalog.ts";
import { REASON_MAX } from "../../domain/command.ts";
import { presetsOf } from "../../domain/presets.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { wholeTime } from "../../domain/typed-time.ts";
import { FORM, REQUEST_VIEW } from "../ids.ts";
import { context, section } from "./blocks.ts";
import type { ViewContext } from "./context.ts";
import { type FormDraft, FormOrigin, timeBlock } from "./form-draft.ts";
import { hintOf, roleLines } from "./help.ts";
import { dateTimePicker, input, type Option, option, plain, select, textInput } from "./inputs.ts";
import { refusedReply } from "./refused.ts";
import { type Renderer, rendererOf } from "./renderer.ts";

export function requestForm(draft: FormDraft, ctx: ViewContext): ModalView {
  const p = rendererOf(ctx);
  const { form } = p.words;
  const name = draft.role;
  const role = name === null ? undefined : roleNamed(ctx.roles, name);
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

/** Of the role that is chosen. */
const mayTake = ({ role, glass }: FormDraft): boolean => role !== null && glass.includes(role);

function notes(p: Renderer, draft: FormDraft): KnownBlock[] {
  const { complete, roles, leftOut, role, emergency } = draft;
  const { form } = p.words;
  if (leftOut && roles.length > 0) return [context([form.leftOut(leftOut, p.rich)])];
  if (!complete) return [context([form.looking])];
  if (emergency && role !== null && !mayTake(draft)) return [context([form.noEmergency(role, p.rich)])];
  return roles.length === 0 ? [context([form.none])] : [];
}

function inputsOf(p: Renderer, draft: FormDraft, name: string, role: Role): KnownBlock[] {
  const { form } = p.words;
  const emergency = draft.emergency && mayTake(draft);
  const times = timesOf(role, emergency);
  const ends = endOf(draft, times);
  return [
    // Another list is another input: Slack keeps what was chosen in one of the same id.
    input(draft.leftOut ? "role-again" : "role", form.role, select(FORM.role, rolesOf(p, draft), name), {
      dispatch_action: true,
    }),
    section(roleLines(p, role)),
    ...(mayTake(draft) ? [emergencyInput(p, role, emergency)] : []),
    input(timeBlock(name, emergency), form.time, timeList(p, draft, times), { dispatch_action: true }),
    input("other", form.other, textInput(FORM.other, draft.other, { max_length: 60 }), {
      optional: true,
      hint: plain(form.otherHint),
      dispatch_action: true,
    }),
    ...(emergency ? [] : [startInput(p, draft)]),
    input(
      "reason",
      form.reason,
      textInput(FORM.reason, draft.reason, { multiline: true, max_length: REASON_MAX }),
      {
        optional: !role.reason.required && !emergency,
        hint: plain(emergency ? form.emergencyReason : form.reasonHint(hintOf(p, role, String))),
      },
    ),
    ...(ends === null ? [] : [context([ending(p, draft, ends, emergency)])]),
  ];
}

const startInput = (p: Renderer, { start }: FormDraft): KnownBlock =>
  input("start", p.words.form.start, dateTimePicker(FORM.start, start), {
    optional: true,
    hint: plain(p.words.form.startHint),
    dispatch_action: true,
  });

function ending(p: Renderer, { start }: FormDraft, time: number, emergency: boolean): string {
  const { form } = p.words;
  if (emergency) return form.endsNow(p.ctx.now + time, time, p.rich);
  return start === null
    ? form.ends(p.ctx.now + time, time, p.rich)
    : form.window(start, start + time, time, p.rich);
}

function emergencyInput(p: Renderer, { breakGlass }: Role, isTicked: boolean): KnownBlock {
  const { form } = p.words;
  const tick = option("now", form.emergencyTick);
  const element = {
    type: "checkboxes" as const,
    action_id: FORM.emergency,
    options: [tick],
    ...(isTicked ? { initial_options: [tick] } : {}),
  };
  const hint = plain(form.emergencyHint(p.words.grammar.span(breakGlass?.max ?? 0)));
  return input("emergency", form.emergency, element, { optional: true, hint, dispatch_action: true });
}

const rolesOf = ({ ctx }: Renderer, { roles }: FormDraft): Option[] =>
  roles.flatMap((name) => {
    const role = roleNamed(ctx.roles, name);
    return role ? [option(name, name, role.description[ctx.locale])] : [];
  });

function timeList(p: Renderer, { duration: meant }: FormDraft, duration: Role["duration"]) {
  const times = presetsOf({ duration }, meant);
  const chosen = meant !== null && times.includes(meant) ? meant : duration.default;
  return select(
    FORM.time,
    times.map((ms) => option(String(ms), p.words.grammar.span(ms))),
    String(chosen),
  );
}

/** Milliseconds; null where the time cannot be read, or is none that the role allows. */
function endOf({ other, duration }: FormDraft, times: Role["duration"]): number | null {
  if (other.trim() === "") return Math.min(duration ?? times.default, times.max);
  const time = wholeTime(other);
  return "ms" in time && time.ms <= times.max ? time.ms : null;
}
