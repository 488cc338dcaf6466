/** Buttons: `action_id` is what a press does, `value` to which request. A screen reader hears whose, role and id too. */

import type { Button, ConfirmationDialog } from "@slack/types";
import { approvalRule } from "../../policy/roles.ts";
import { DAY, HOUR, MINUTE } from "../../request/durations.ts";
import type { Request } from "../../request/record.ts";
import type { Secret } from "../../request/secret.ts";
import { grantedTime, statedEnd } from "../../request/transitions.ts";
import { cut, oneLine } from "../text/format.ts";
import { type Words, wordsFor } from "../text/index.ts";
import { plainText } from "./blocks.ts";
import type { DrawContext } from "./facts.ts";

export type Verb = keyof Words["messages"]["button"];
type Confirmed = keyof Words["messages"]["confirm"];

/** Buttons on somebody else's request: their labels name the person. */
const OF_OTHERS: readonly Verb[] = ["approve", "approve-signed", "approve-less", "deny", "revoke", "review"];

export function requestButton(context: DrawContext, request: Request, verb: Verb, span = ""): Button {
  const { id, role, requester, names } = request;
  const who = OF_OTHERS.includes(verb) ? names[requester] : undefined;
  const access = who ? wordsFor(context.locale).messages.about.roleFor(role, who) : role;
  return verbButton(context, verb, { value: id, about: `${access}, ${id}`, span });
}

export function verbButton(
  { locale }: DrawContext,
  verb: Verb,
  { value, about, span = "" }: { value: string; about: string; span?: string },
): Button {
  const { button, confirm } = wordsFor(locale).messages;
  return {
    ...labelledButton(verb, button[verb](span), { value, about }),
    ...(verb in confirm ? { confirm: dialog(confirm[verb as Confirmed]) } : {}),
    ...(verb === "end" ? { style: "danger" as const } : {}),
  };
}

const LONGEST_LABEL = 75;

/** `about`: what a screen reader hears beside the label. */
export const labelledButton = (
  action: string,
  label: string,
  { value, about = "" }: { value?: string; about?: string } = {},
): Button => ({
  type: "button",
  action_id: action,
  text: plainText(label),
  ...(value === undefined ? {} : { value }),
  accessibility_label: cut(oneLine(about === "" ? label : `${label}, ${about}`), LONGEST_LABEL),
});

const dialog = ({ title, text, yes, no }: Words["messages"]["confirm"]["end"]): ConfirmationDialog => ({
  title: plainText(title),
  text: plainText(text),
  confirm: plainText(yes),
  deny: plainText(no),
  style: "danger",
});

/**
 * Opens the dashboard. With a token a gateway's page logs in: it takes the token from the fragment, which no server
 * sees. Else it opens /insight, where who is logged in goes on; the dashboard's own login goes back one page.
 */
export const openKarpor = (context: DrawContext, request: Request, token?: Secret): Button => {
  const { value: _, ...button } = requestButton(context, request, "open-karpor");
  const { dashboard, gateway } = context.config.hub;
  const path = token && gateway ? `/access/login#${token.reveal()}` : "/insight";
  return { ...button, url: `${dashboard.replace(/\/+$/, "")}${path}` };
};

export const primary = (button: Button): Button => ({ ...button, style: "primary" });

/** For approvers: the whole time, a shorter one where there is one, or no. */
export function decideButtons(context: DrawContext, request: Request): Button[] {
  const { span } = wordsFor(context.locale).messages;
  const shorter = shorterTime(context, request);
  const less =
    shorter === null
      ? []
      : [
          {
            ...requestButton(context, request, "approve-less", span(shorter)),
            value: `${request.id} ${shorter / MINUTE}`,
          },
        ];
  const verb = approvalRule(context.config, request.role)?.passkey ? "approve-signed" : "approve";
  return [
    primary(requestButton(context, request, verb, span(grantedTime(request)))),
    ...less,
    requestButton(context, request, "deny"),
  ];
}

const SHORTER_TIMES = [
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  30 * DAY,
];

/**
 * The role's usual time when that is shorter, else a round one of half at most; null below 15 minutes, and where it would
 * be over already.
 */
function shorterTime({ config, now = 0 }: DrawContext, request: Request): number | null {
  const duration = grantedTime(request);
  const usual = config.roles[request.role]?.duration.default ?? duration;
  const isShorter = usual < duration && usual >= 15 * MINUTE;
  const shorter = isShorter ? usual : (SHORTER_TIMES.findLast((ms) => ms <= duration / 2) ?? null);
  const end = shorter === null ? null : statedEnd({ ...request, granted: shorter });
  return end !== null && end <= now ? null : shorter;
}
