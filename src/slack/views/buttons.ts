/** Buttons: each says for a screen reader what it does to which request. */

import type { Button, ConfirmationDialog, Overflow } from "@slack/types";
import { roleNamed } from "../../domain/catalog.ts";
import { isRevealed } from "../../domain/delivery.ts";
import { type Extends, mostMore } from "../../domain/extension.ts";
import { shorterThan } from "../../domain/less.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { beginsAt } from "../../domain/window.ts";
import { type ActionId, ANY_ROLE, buttonValue, MENU, menuValue } from "../ids.ts";
import { cut, oneLine } from "../messages/text.ts";
import { plain } from "./inputs.ts";
import type { Renderer } from "./renderer.ts";

const LABEL = 75;
const NAME = 18;

export function button(
  p: Renderer,
  action: ActionId,
  role: string,
  name = "",
  id = "",
  visible = p.words.button[action],
): Button {
  const label = p.words.label(visible, role, cut(oneLine(name), NAME), id);
  return {
    type: "button",
    action_id: action,
    text: { type: "plain_text", text: visible },
    accessibility_label: cut(label, LABEL),
  };
}

type Pressable = Pick<AccessRequest, "id" | "terms" | "role">;

/** Of one's own request: its owner needs no name. */
const own = (p: Renderer, action: ActionId, r: Pressable): Button => ({
  ...button(p, action, r.role, "", r.id),
  value: buttonValue(r, undefined, p.ctx.list),
});

const others = (p: Renderer, action: ActionId, r: AccessRequest, visible?: string): Button => ({
  ...button(p, action, r.role, r.requester.name, r.id, visible),
  value: buttonValue(r, undefined, p.ctx.list),
});

function confirm(p: Renderer, what: "release" | "newToken" = "release"): ConfirmationDialog {
  const { title, text, yes, no } = p.words.confirm[what];
  return { title: plain(title), text: plain(text), confirm: plain(yes), deny: plain(no), style: "danger" };
}

/** In a list: of many buttons none is the first. */
export const approveOneButton = (p: Renderer, r: AccessRequest): Button =>
  others(p, "approve", r, `${p.words.button.approve} ${p.words.grammar.span(r.duration)}`);
export const approveButton = (p: Renderer, r: AccessRequest): Button => ({
  ...approveOneButton(p, r),
  style: "primary",
});
/** One press that approves a shorter time; nothing where there is none. */
export function lessButton(p: Renderer, r: AccessRequest): Button[] {
  const role = roleNamed(p.ctx.roles, r.role);
  const shorter = role ? shorterThan(r.duration, role) : null;
  if (shorter === null) return [];
  const visible = p.words.only(p.words.grammar.span(shorter));
  return [{ ...others(p, "less", r, visible), value: buttonValue(r, shorter, p.ctx.list) }];
}
export const denyButton = (p: Renderer, r: AccessRequest): Button => others(p, "deny", r);
export const withdrawButton = (p: Renderer, r: AccessRequest): Button => own(p, "withdraw", r);
/** For whoever asked for somebody else. */
export const forAnother = (p: Renderer, action: "withdraw" | "nudge" | "again", r: AccessRequest): Button =>
  others(p, action, r);
export const nudgeButton = (p: Renderer, r: AccessRequest): Button => own(p, "nudge", r);
/** Nothing where it can last no longer than it does. */
export function moreButton(p: Renderer, r: AccessRequest): Button[] {
  // Its token is drawn a moment before it is active; what shows one at a click, two.
  const stands =
    r.state === "active" || r.state === "delivering" || (r.state === "approved" && isRevealed(r));
  if (!stands) return [];
  return moreIfAny(p, r, { from: beginsAt(r), until: r.expiresAt });
}
/** Of a grant of which only so much is known; none where its role gives no more than it has, or other rights by now. */
export function moreIfAny(
  p: Renderer,
  r: Pressable & Pick<AccessRequest, "clusterRole">,
  lasts: Pick<Extends, "from" | "until">,
): Button[] {
  const role = roleNamed(p.ctx.roles, r.role);
  return role?.clusterRole === r.clusterRole && mostMore(lasts, role) > 0 ? [askMoreButton(p, r)] : [];
}
export const askMoreButton = (p: Renderer, r: Pressable): Button => own(p, "more", r);
export const hideButton = (p: Renderer, r: AccessRequest): Button => own(p, "hide", r);
export const changeButton = (p: Renderer, r: AccessRequest): Button => own(p, "change", r);
export const againButton = (p: Renderer, r: AccessRequest): Button => own(p, "again", r);
export const releaseButton = (p: Renderer, r: Pressable): Button => ({
  ...own(p, "release", r),
  style: "danger",
  confirm: confirm(p),
});
export const keepButton = (p: Renderer, r: Pressable): Button => own(p, "keep", r);
export const newTokenButton = (p: Renderer, r: Pressable): Button => ({
  ...own(p, "newToken", r),
  confirm: confirm(p, "newToken"),
});
const leakedButton = (p: Renderer, r: Pressable): Button => ({
  ...own(p, "leaked", r),
  confirm: confirm(p, "newToken"),
});
/** Both, beside a token. */
const tokenMenu = (p: Renderer, r: AccessRequest): Overflow => ({
  ...menu(p, ["newToken", "leaked"], r),
  confirm: confirm(p, "newToken"),
});
/** What its holder can do about a token that stands in Slack, does not any more, or is shown at a click. */
export function holderButtons(p: Renderer, r: AccessRequest, hidden: boolean): (Button | Overflow)[] {
  if (isRevealed(r)) return [revealButton(p, r), ...besideReveal(p, r)];
  return hidden
    ? [newTokenButton(p, r), leakedButton(p, r), ...moreButton(p, r), releaseButton(p, r)]
    : [hideButton(p, r), ...moreButton(p, r), releaseButton(p, r), tokenMenu(p, r)];
}
export const revealButton = (p: Renderer, r: Pressable): Button => own(p, "reveal", r);
export const besideReveal = (p: Renderer, r: AccessRequest): (Button | Overflow)[] => [
  ...moreButton(p, r),
  releaseButton(p, r),
  tokenMenu(p, r),
];
/** Its modal asks once more. */
export const revokeButton = (p: Renderer, r: AccessRequest): Button => others(p, "revoke", r);
/** The same in a list that stays. */
export const endButton = (p: Renderer, r: AccessRequest): Button => others(p, "end", r);
/** Its modal asks for a comment. */
export const reviewButton = (p: Renderer, r: AccessRequest): Button => others(p, "review", r);
/** What is seldom wanted, behind three dots. */
export const moreMenu = (p: Renderer, r: AccessRequest): Overflow => menu(p, ["lessen", "approveNote"], r);

const menu = (p: Renderer, choices: readonly ActionId[], r: Pressable): Overflow => ({
  type: "overflow",
  action_id: MENU,
  options: choices.map((action) => ({
    text: plain(p.words.button[action]),
    value: menuValue(action, buttonValue(r)),
  })),
});
/** Opens the form. */
export const askButton = (p: Renderer, role: string): Button => ({
  ...button(p, "ask", role),
  value: role,
});
/** The same, to choose a role there. */
export const askAnyButton = (visible: string): Button => ({
  type: "button",
  action_id: "ask",
  text: plain(visible),
  accessibility_label: visible,
  value: ANY_ROLE,
});
export const dashboardButton = (p: Renderer, r: AccessRequest): Button => ({
  ...button(p, "open", r.role, "", r.id),
  url: p.ctx.hub.dashboard,
});
