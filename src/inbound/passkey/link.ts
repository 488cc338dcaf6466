/**
 * Links to the page, which the bot does not keep: a link is signed for one person, and for one request and time where it
 * is for an approval. It is after the #, so that no server has it in its log.
 */
import { z } from "zod";
import type { Bot } from "../../bot.ts";
import { MINUTE } from "../../request/durations.ts";
import { RequestId, UserId } from "../../request/ids.ts";
import { Refused } from "../../request/refused.ts";

const GOOD_FOR = 5 * MINUTE;

const LinkMoment = z.coerce.number().int();
const Links = {
  approve: z.tuple([UserId, LinkMoment, RequestId, z.coerce.number().int().positive()]),
  passkey: z.tuple([UserId, LinkMoment]),
};
type Kind = keyof typeof Links;

export interface PageLink {
  user: UserId;
  /** When they pressed, or typed, in Slack. */
  pressedAt: number;
}
export interface ApprovalLink extends PageLink {
  request: RequestId;
  /** For how long, ms. */
  time: number;
}

/** The address, and until when it works. */
export interface MadeLink {
  url: string;
  until: number;
}

export function enrolLink(bot: Bot, user: UserId): MadeLink {
  const pressedAt = bot.clock.now();
  return makeLink(bot, "passkey", [user, pressedAt], pressedAt);
}

export function approvalLink(bot: Bot, user: UserId, request: RequestId, time: number): MadeLink {
  const pressedAt = bot.clock.now();
  return makeLink(bot, "approve", [user, pressedAt, request, time], pressedAt);
}

function makeLink({ config, store }: Bot, kind: Kind, parts: (string | number)[], pressedAt: number) {
  if (!config.web) throw new Refused("no-passkeys-here");
  const signed = store.signer.sign(`link:${kind}`, parts.join("~"));
  return { url: `${config.web}/access/${kind}/#${signed}`, until: pressedAt + GOOD_FOR };
}

/** Throws Refused: it is too old, or the bot did not make it. */
export function openApprovalLink(bot: Bot, link: string): ApprovalLink {
  const [user, pressedAt, request, time] = openLink(bot, "approve", link);
  return { user, pressedAt, request, time };
}

/** Likewise. */
export function openEnrolLink(bot: Bot, link: string): PageLink {
  const [user, pressedAt] = openLink(bot, "passkey", link);
  return { user, pressedAt };
}

function openLink<K extends Kind>({ store, clock }: Bot, kind: K, link: string): z.infer<(typeof Links)[K]> {
  const text = store.signer.open(`link:${kind}`, link);
  const read = Links[kind].safeParse(text?.split("~")).data as z.infer<(typeof Links)[K]> | undefined;
  if (!read || clock.now() > read[1] + GOOD_FOR) throw new Refused("link-over");
  return read;
}
