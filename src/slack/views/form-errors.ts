/** What is wrong with the form, said at the input that mends it. */
import type { Refusal } from "../../domain/refusal.ts";
import { upperFirst } from "../messages/wording.ts";
import type { ViewContext } from "./context.ts";
import type { FilledForm } from "./form-draft.ts";
import { refusalSentence } from "./refused.ts";
import { rendererOf } from "./renderer.ts";

const AT_ROLE: readonly Refusal["kind"][] = [
  "unknown-role",
  "open-already",
  "yours-already",
  "rule-denies",
  "too-many-grants",
  "too-many-requests",
];
const AT_EMERGENCY: readonly Refusal["kind"][] = ["no-emergency", "not-reviewed-yet"];
const AT_START: readonly Refusal["kind"][] = ["start-past", "start-too-far", "window-taken"];
const AT_TIME: readonly Refusal["kind"][] = ["bad-duration", "too-short", "too-long"];

/** For `response_action: "errors"`; null is what nobody foresaw. */
export function formErrors(
  refusal: Refusal | null,
  { draft, blocks }: FilledForm,
  ctx: ViewContext,
): Record<string, string> {
  const p = rendererOf(ctx);
  // That it was not sent is plain to see.
  const bare = { ...p.plain, b: (text: string) => (refusal?.kind === "yours-already" ? text : "") };
  const sentence = refusal ? refusalSentence(p.words, refusal, bare) : p.words.trouble(undefined, bare);
  return { [blockFor(refusal, { draft, blocks })]: upperFirst(p.words.grammar.tidy(sentence).trim()) };
}

function blockFor(refusal: Refusal | null, { draft, blocks }: FilledForm): string {
  if (refusal && AT_ROLE.includes(refusal.kind)) return blocks.role;
  if (refusal && AT_EMERGENCY.includes(refusal.kind)) return blocks.emergency;
  if (refusal && AT_TIME.includes(refusal.kind))
    return draft.other.trim() === "" ? blocks.time : blocks.other;
  if (refusal && AT_START.includes(refusal.kind)) return draft.start === null ? blocks.role : blocks.start;
  return blocks.reason;
}
