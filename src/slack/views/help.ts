/** What one can do here: the roles one may ask for with their limits, and the other words of the command. */

import type { ApprovalRule } from "../../domain/approval.ts";
import { type Role, roleNamed } from "../../domain/catalog.ts";
import { formatDuration } from "../../domain/duration.ts";
import { lineIn } from "../../domain/line-in.ts";
import type { RecalledRoles } from "../../flow/seen/roles-for.ts";
import { escaped } from "../messages/text.ts";
import { isFull, section } from "./blocks.ts";
import type { Message, ViewContext } from "./context.ts";
import { message, type Renderer, rendererOf } from "./renderer.ts";

/** `unsure`: of these it is said who may ask. */
export function helpReply(
  ctx: ViewContext,
  roleNames: readonly string[],
  unsure: readonly string[] = [],
  { approves, administers }: Pick<RecalledRoles, "approves" | "administers"> = NEITHER,
): Message {
  const p = rendererOf(ctx);
  const roles = roleNames.flatMap((name) => {
    const role = roleNamed(ctx.roles, name);
    return role ? [{ name, role }] : [];
  });
  const [first] = roles;
  const example =
    first &&
    lineIn(ctx.locale, `${first.name} ${formatDuration(first.role.duration.default)} ${p.words.help.reason}`);
  const lines = roles.map(({ name, role }) => section(line(p, name, role, unsure.includes(name))));
  const kept = lines.filter((_, i) => !isFull(lines.slice(0, i + 1)));
  return message(p, (fmt) => p.words.help.head(p.hub, fmt, example), kept, [
    ...(kept.length < lines.length ? [p.words.help.more(kept.length, lines.length, p.rich)] : []),
    p.words.help.commands(p.rich),
    p.words.help.later(p.rich),
    p.words.help.forAnother(p.rich),
    p.words.help.past(p.rich),
    ...(approves ? [p.words.help.seeing(p.rich), p.words.help.allow(p.rich)] : []),
    ...(administers ? [p.words.help.admin(p.rich)] : []),
    p.words.help.threads,
  ]);
}

const NEITHER = { approves: false, administers: false };

const line = (p: Renderer, name: string, role: Role, isUnsure: boolean): string =>
  `${p.rich.code(name)} ${roleLines(p, role, isUnsure)}`;

function approvedBy(
  { words: { help, grammar }, rich }: Renderer,
  { by, count, within }: ApprovalRule,
): string {
  const time = grammar.span(within);
  return count > 1
    ? help.approvedBySome(count, rich.any(by, ""), time)
    : help.approvedBy(rich.oneOf(by, ""), time);
}

/** What the reason is to be like, where the role says that. */
export const hintOf = ({ ctx }: Renderer, { reason }: Role, safe: (text: string) => string) =>
  "hint" in reason ? safe(reason.hint[ctx.locale]) : undefined;

/** What it gives, and below that its limits and who decides; and who may ask, where it is not known whether the reader does. */
export function roleLines(p: Renderer, role: Role, isUnsure = false): string {
  const { help, grammar } = p.words;
  const approval = role.approval === "none" ? help.byPolicy : approvedBy(p, role.approval);
  const limits = [
    help.time(grammar.span(role.duration.max), grammar.span(role.duration.default)),
    ...(role.reason.required ? [help.reasonNeeded(hintOf(p, role, escaped))] : []),
    approval,
    ...(role.breakGlass
      ? [help.emergency(p.rich.oneOf(role.breakGlass.by, ""), grammar.span(role.breakGlass.max))]
      : []),
    ...(isUnsure && role.requester ? [help.askedBy(p.rich.oneOf(role.requester.in, ""))] : []),
  ];
  return `${escaped(role.description[p.ctx.locale])}\n${limits.join(" · ")}`;
}
