/** Foreign text, people and times as Slack's mrkdwn: escaped once, on one line, in the reader's own time zone. */
import { type Actor, type Principal, UserId } from "../../request/ids.ts";

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
/** They turn the writing direction, and could make a name read as another. */
const DIRECTION = /[\u202A-\u202E\u2066-\u2069\u200E\u200F]/g;

export const escaped = (text: string): string => text.replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? sign);

export const oneLine = (text: string): string =>
  text
    .replace(DIRECTION, "")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();

/** At most `max` UTF-16 units, never half a character or entity; "…" where something is missing. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  let kept = "";
  for (const [piece] of text.matchAll(/&\w+;|<[^>]*>|[\s\S]/gu)) {
    if (kept.length + piece.length >= max) break;
    kept += piece;
  }
  return `${kept}…`;
}

/** A line never ends within "8 h". */
export const unbroken = (text: string): string =>
  text.replace(/(?<=\d) (?=(?:d|h|min|s)\b|天|小时|分钟|秒)/g, "\u00A0");

/** Somebody's words within a sentence of ours. */
export const escapeText = (text: string, max = 300): string => cut(escaped(oneLine(text)), max);
export const code = (text: string): string => `\`${escapeText(text.replaceAll("`", "'"), 120)}\``;
export const bold = (text: string): string => `*${text.replaceAll("*", "")}*`;

export const mention = (who: Principal): string => (who.startsWith("S") ? `<!subteam^${who}>` : `<@${who}>`);
/** A person is mentioned, an operator of the command line named; nobody is empty. */
export function mentionUser(who: Actor | null): string {
  if (who === null) return "";
  return UserId.safeParse(who).success ? `<@${who}>` : escapeText(who);
}

function date(at: number, shape: string): string {
  const fallback = `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return `<!date^${Math.floor(at / 1000)}^${shape}|${fallback}>`;
}

/** "today 18:02", which stays right when it is read tomorrow. */
export const moment = (at: number): string => date(at, "{date_short_pretty} {time}");
export const hour = (at: number): string => date(at, "{time}");
export const second = (at: number): string => date(at, "{time_secs}");
/** "today 18:02:07" */
export const precise = (at: number): string => date(at, "{date_short_pretty} {time_secs}");
/** "today 13:55–21:55" */
export const period = (from: number, to: number): string =>
  `${moment(from)}–${to - from < 12 * 3_600_000 ? hour(to) : moment(to)}`;

/** A sentence of ours for a notification: no marks, no line breaks, no times of day. */
export const plainWords = (sentence: string): string =>
  sentence
    .replace(/(?:,? until(?: about)?|，?(?:有效)?至)?(?: |（)?<!date[^>]*>）?/g, "")
    .replace(/[*`]/g, "")
    .replace(/(?<=[：。])\n/g, "")
    .replace(/\n/g, " ");
