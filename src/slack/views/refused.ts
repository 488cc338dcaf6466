/** A refusal: the sentence, and where a slip can be mended the whole line with a button that sends it. */

import type { Button } from "@slack/types";
import { roleNamed } from "../../domain/catalog.ts";
import { wordIn } from "../../domain/command-words.ts";
import { lineIn } from "../../domain/line-in.ts";
import type { Refusal } from "../../domain/refusal.ts";
import type { Formatter } from "../messages/formatter.ts";
import type { Words } from "../messages/index.ts";
import { cut, escaped, oneLine } from "../messages/text.ts";
import { roleOf, upperFirst } from "../messages/wording.ts";
import { actions, preformatted } from "./blocks.ts";
import { button, moreIfAny, newTokenButton, releaseButton } from "./buttons.ts";
import type { Message, ViewContext } from "./context.ts";
import { hintOf } from "./help.ts";
import { message, type Renderer, rendererOf } from "./renderer.ts";

/** The table is complete by its type; TypeScript cannot pair a kind with its own entry. */
export const refusalSentence = (words: Words, refusal: Refusal, fmt: Formatter): string =>
  (words.refusal[refusal.kind] as (refusal: Refusal, fmt: Formatter) => string)(refusal, fmt);

const sentenceAtInput = (words: Words, refusal: Refusal, fmt: Formatter): string => {
  const { atInput } = words;
  const say = Object.hasOwn(atInput, refusal.kind)
    ? atInput[refusal.kind as keyof typeof atInput]
    : undefined;
  return say ? say(refusal as never, fmt) : refusalSentence(words, refusal, fmt);
};

/** What their sentences begin with says what happened. */
const TELLING: readonly Refusal["kind"][] = ["late", "yours-already"];

/** At an input of a form, where it is plain to see that nothing was sent; null is what nobody foresaw. */
export function refusalAtInput({ words, plain }: Renderer, refusal: Refusal | null): string {
  const isTelling = refusal !== null && TELLING.includes(refusal.kind);
  const bare = { ...plain, b: (text: string) => (isTelling ? text : "") };
  const sentence = refusal ? sentenceAtInput(words, refusal, bare) : words.trouble(undefined, bare);
  return upperFirst(words.grammar.tidy(sentence).trim());
}

export function refusedReply(refusal: Refusal, ctx: ViewContext): Message {
  const p = rendererOf(ctx);
  const line = "line" in refusal ? refusal.line : undefined;
  const shown = line && (ITS_OWN.includes(refusal.kind) ? line : lineIn(ctx.locale, line));
  const told = shown ? { ...refusal, line: shown } : refusal;
  const buttons = [
    ...sendButtons(p, refusal, line, shown),
    ...editButtons(p, refusal),
    ...ownButtons(p, refusal),
  ];
  const rest = [...(shown ? [preformatted(mended(p, refusal, shown))] : []), ...actions(...buttons)];
  return message(p, (fmt) => refusalSentence(p.words, told, fmt), rest, [footer(p, refusal)]);
}

/** Their line is as it was typed. */
const ITS_OWN: readonly Refusal["kind"][] = ["other-command", "for-oneself"];

const VALUE = 2_000;

/** Whom the line is for, where that is somebody else. */
const recipientOf = (refusal: Refusal) => ("recipient" in refusal ? refusal.recipient : undefined);

function mended(p: Renderer, refusal: Refusal, line: string): string {
  const to = recipientOf(refusal);
  const whole = `${p.ctx.command} ${to ? `${wordIn(p.ctx.locale, "for")} @${oneLine(to.name)} ${line}` : line}`;
  return lacksReason(refusal) ? `${whole} ${p.words.yourReason(reasonHint(p, refusal))}` : whole;
}

/** Only the person knows what is missing. */
const lacksReason = (refusal: Refusal): refusal is Refusal & { role: string } =>
  refusal.kind === "no-reason" || (refusal.kind === "reason-form" && !refusal.mended);

function reasonHint(p: Renderer, { role: name }: { role: string }): string | undefined {
  const role = roleNamed(p.ctx.roles, name);
  return role && hintOf(p, role, String);
}

/** None where it would send what is refused again. */
function sendButtons(p: Renderer, refusal: Refusal, line = "", shown = ""): Button[] {
  if (line === "" || lacksReason(refusal)) return [];
  const to = recipientOf(refusal);
  const raw = to ? `for <@${to.id}> ${escaped(line)}` : "raw" in refusal && refusal.raw;
  const send = raw
    ? { ...button(p, "run", to ? roleOf(line) : shown), value: raw }
    : { ...button(p, "send", roleOf(line)), value: line };
  return send.value.length <= VALUE ? [send] : [];
}

/** A reason too long for a button is cut in the form all the same. The form asks for oneself alone. */
const editButtons = (p: Renderer, refusal: Refusal): Button[] =>
  "typed" in refusal && refusal.typed && !refusal.recipient
    ? [{ ...button(p, "edit", roleOf(refusal.typed)), value: cut(refusal.typed, VALUE) }]
    : [];

function ownButtons(p: Renderer, refusal: Refusal): Button[] {
  if (refusal.kind === "too-many-tokens" || refusal.kind === "not-allowed-now")
    return [releaseButton(p, refusal)];
  if (refusal.kind !== "yours-already") return [];
  return [...moreIfAny(p, refusal, refusal), newTokenButton(p, refusal), releaseButton(p, refusal)];
}

/** That nothing was changed, the sentence says. */
function footer(p: Renderer, refusal: Refusal): string {
  if ("id" in refusal && refusal.kind !== "unknown-request") return refusal.id;
  if (refusal.kind === "unsure") return p.rich.code(`${p.ctx.command} ${wordIn(p.ctx.locale, "status")}`);
  return "line" in refusal || refusal.kind === "may-not-ask" || refusal.kind === "rule-denies"
    ? p.words.status.none(p.rich)
    : p.words.help.commands(p.rich);
}
