/** Access locked down, or all of a person or role revoked: the live message, the modal that asks, and the answers. */
import type { ModalView } from "@slack/types";
import { z } from "zod";
import { REASON_MAX, reasonIn } from "../../domain/command.ts";
import type { Lockdown } from "../../domain/lockdown.ts";
import { isLockdown, type MassEnd, Scope } from "../../domain/mass-end.ts";
import type { Refusal } from "../../domain/refusal.ts";
import type { Drilled } from "../../flow/together/drill.ts";
import type { LockedDown, Unlocked } from "../../flow/together/lockdown.ts";
import type { Affected } from "../../flow/together/revoke-all.ts";
import { MASS_END_VIEW } from "../ids.ts";
import { json } from "../json.ts";
import { quote, section } from "./blocks.ts";
import type { Message, ViewContext } from "./context.ts";
import { FormOrigin } from "./form-draft.ts";
import { input, plain, textInput } from "./inputs.ts";
import { refusalAtInput, refusedReply } from "./refused.ts";
import { message, rendererOf } from "./renderer.ts";

const INPUT = "why";

/** In the approvals channel; it counts what is confirmed. */
export function massEndMessage(one: MassEnd, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const { live, how } = p.words.lockdown;
  const foot = isLockdown(one) ? how(p.rich) : p.words.help.commands(p.rich);
  return message(p, (fmt) => live(one, p.hub, fmt), quote(one.reason), [foot]);
}

export function unlockedMessage(lockdown: Lockdown, by: Omit<Lockdown, "at">, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const { unlocked } = p.words.lockdown;
  return message(p, (fmt) => unlocked(lockdown, by, p.hub, fmt), quote(by.reason), [
    p.words.help.commands(p.rich),
  ]);
}

/** Whose access ends, and where that was asked. */
export const MassEndTarget = FormOrigin.extend({ scope: Scope });
export type MassEndTarget = z.infer<typeof MassEndTarget>;

/** `found`: what stands, once that was looked up. */
export function massEndModal(
  target: MassEndTarget,
  { reason, found }: { reason: string; found?: Affected | undefined },
  ctx: ViewContext,
): ModalView {
  const p = rendererOf(ctx);
  const { modal } = p.words.lockdown;
  const title = titleOf(target.scope, ctx);
  const element = textInput(INPUT, reason, { multiline: true, max_length: REASON_MAX, focus_on_load: true });
  return {
    type: "modal",
    callback_id: MASS_END_VIEW,
    private_metadata: JSON.stringify(MassEndTarget.parse(target)),
    title: plain(title),
    submit: plain(title),
    close: plain(modal.cancel),
    blocks: [
      section(modal.head(target.scope, p.hub, p.rich)),
      section(found ? modal.found(found, p.rich) : modal.looking),
      input(INPUT, modal.label, element, { hint: plain(modal.hint) }),
    ],
  };
}

/** For views.update: says why not, and takes nothing more. */
export function massEndRefused({ scope }: MassEndTarget, refusal: Refusal, ctx: ViewContext): ModalView {
  const { modal } = rendererOf(ctx).words.lockdown;
  const { blocks } = refusedReply(refusal, ctx);
  return { type: "modal", title: plain(titleOf(scope, ctx)), close: plain(modal.close), blocks };
}

const titleOf = ({ what }: Scope, ctx: ViewContext): string => {
  const { lockdown, revoke } = rendererOf(ctx).words.lockdown.modal;
  return what === "everything" ? lockdown : revoke;
};

/** For `response_action: "errors"`, when the reason is blank. */
export const massEndBlank = (ctx: ViewContext): Record<string, string> => ({
  [INPUT]: rendererOf(ctx).words.lockdown.modal.blank,
});

/** Likewise, where it is not taken now. */
export const massEndErrors = (refusal: Refusal, ctx: ViewContext): Record<string, string> => ({
  [INPUT]: refusalAtInput(rendererOf(ctx), refusal),
});

const Submitted = z.object({
  private_metadata: json.pipe(MassEndTarget),
  state: z.object({
    values: z.object({ [INPUT]: z.object({ [INPUT]: z.object({ value: z.string().nullish() }) }) }),
  }),
});

/** The `view` of a submission. Throws on what is no view of ours. */
export function readMassEnd(view: unknown): { target: MassEndTarget; reason: string } {
  const { private_metadata, state } = Submitted.parse(view);
  return { target: private_metadata, reason: reasonIn(state.values[INPUT][INPUT].value ?? "") };
}

export function lockedReply(done: LockedDown, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  return message(p, (fmt) => p.words.lockdown.locked(done, fmt), [], [p.words.lockdown.how(p.rich)]);
}

export function unlockedReply(done: Unlocked, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  return message(p, (fmt) => p.words.lockdown.unlockedReply(done, fmt), [], [p.words.help.commands(p.rich)]);
}

export function revokedAllReply(affected: Affected, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  return message(p, (fmt) => p.words.lockdown.revoked(affected, fmt), [], [p.words.help.commands(p.rich)]);
}

export function drillReply(found: Drilled, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  return message(p, (fmt) => p.words.lockdown.drill(found, p.hub, fmt), [], [p.words.help.commands(p.rich)]);
}

/** First of all, whatever else is answered while it stands. */
export function withLockdown(lockdown: Lockdown | null, reply: Message, ctx: ViewContext): Message {
  if (!lockdown) return reply;
  const p = rendererOf(ctx);
  const note = message(p, (fmt) => p.words.lockdown.status(lockdown, fmt), quote(lockdown.reason), []);
  return { text: note.text, blocks: [...note.blocks.slice(0, -1), ...reply.blocks] };
}
