/** What is wrong with the form, said at the input that mends it. */
import type { Refusal } from "../../domain/refusal.ts";
import type { ViewContext } from "./context.ts";
import type { FilledForm } from "./form-draft.ts";
import { refusalAtInput } from "./refused.ts";
import { rendererOf } from "./renderer.ts";

const AT_ROLE: readonly Refusal["kind"][] = [
  "unknown-role",
  "open-already",
  "yours-already",
  "rule-denies",
  "too-many-grants",
  "too-many-requests",
];
const AT_EMERGENCY: readonly Refusal["kind"][] = ["no-emergency", "may-not-break-glass", "not-reviewed-yet"];
const AT_START: readonly Refusal["kind"][] = [
  "start-past",
  "start-too-far",
  "window-taken",
  "emergency-starts-now",
];
const AT_TIME: readonly Refusal["kind"][] = ["bad-duration", "time-last", "too-short", "too-long"];

/** For `response_action: "errors"`; null is what nobody foresaw. */
export function formErrors(
  refusal: Refusal | null,
  { draft, blocks }: FilledForm,
  ctx: ViewContext,
): Record<string, string> {
  return { [blockFor(refusal, { draft, blocks })]: refusalAtInput(rendererOf(ctx), refusal) };
}

function blockFor(refusal: Refusal | null, { draft, blocks }: FilledForm): string {
  if (refusal && AT_ROLE.includes(refusal.kind)) return blocks.role;
  if (refusal && AT_EMERGENCY.includes(refusal.kind)) return blocks.emergency;
  if (refusal && AT_TIME.includes(refusal.kind))
    return draft.other.trim() === "" ? blocks.time : blocks.other;
  if (refusal && AT_START.includes(refusal.kind)) return draft.start === null ? blocks.role : blocks.start;
  return blocks.reason;
}
