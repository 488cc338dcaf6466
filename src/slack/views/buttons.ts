/** Buttons: each says for a screen reader what it does to which request. */
import type { Button, ConfirmationDialog } from "@slack/types";
import type { AccessRequest } from "../../domain/request.ts";
import { type ActionId, buttonValue } from "../ids.ts";
import { cut, oneLine } from "../messages/text.ts";
import type { Pen } from "./renderer.ts";

const LABEL = 75;
const NAME = 18;

export function button(p: Pen, action: ActionId, role: string, name = "", id = ""): Button {
  const label = p.words.label(action, role, cut(oneLine(name), NAME), id);
  return {
    type: "button",
    action_id: action,
    text: { type: "plain_text", text: p.words.button[action] },
    accessibility_label: cut(label, LABEL),
  };
}

/** Of one's own request: its owner needs no name. */
const own = (p: Pen, action: ActionId, r: AccessRequest): Button => ({
  ...button(p, action, r.role, "", r.id),
  value: buttonValue(r),
});

const others = (p: Pen, action: ActionId, r: AccessRequest): Button => ({
  ...button(p, action, r.role, r.requester.name, r.id),
  value: buttonValue(r),
});

function confirm(p: Pen, what: "release" | "revoke"): ConfirmationDialog {
  const { title, text, yes, no } = p.words.confirm[what];
  const plain = (words: string) => ({ type: "plain_text" as const, text: words });
  return { title: plain(title), text: plain(text), confirm: plain(yes), deny: plain(no), style: "danger" };
}

export const approve = (p: Pen, r: AccessRequest): Button => ({
  ...others(p, "approve", r),
  style: "primary",
});
export const deny = (p: Pen, r: AccessRequest): Button => others(p, "deny", r);
export const withdraw = (p: Pen, r: AccessRequest): Button => own(p, "withdraw", r);
export const hide = (p: Pen, r: AccessRequest): Button => own(p, "hide", r);
export const again = (p: Pen, r: AccessRequest): Button => own(p, "again", r);
export const release = (p: Pen, r: AccessRequest): Button => ({
  ...own(p, "release", r),
  style: "danger",
  confirm: confirm(p, "release"),
});
export const revoke = (p: Pen, r: AccessRequest): Button => ({
  ...others(p, "revoke", r),
  style: "danger",
  confirm: confirm(p, "revoke"),
});
export const openDashboard = (p: Pen, r: AccessRequest): Button => ({
  ...button(p, "open", r.role, "", r.id),
  url: p.ctx.hub.dashboard,
});
