/** What a person typed, out of what Slack made of it (`should_escape`). Pure. */
import { REASON_MAX, reasonIn } from "../../domain/command.ts";
import { UserId } from "../../domain/ids.ts";

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&" };

/** Unescaped once; people, channels and links as they are read. A typed `<` is escaped, so markup is Slack's own. */
export const typed = (text: string): string =>
  text
    .replace(/<([^<>]*)>/g, (_, inner: string) => bare(inner))
    .replace(/&(lt|gt|amp);/g, (_, name) => ENTITIES[name] ?? "");

/** A reason that follows a command, cut where it is too long. */
export const reasonTyped = (text: string): string => [...reasonIn(typed(text))].slice(0, REASON_MAX).join("");

/** `@U1|bob` → @bob · `#C1|ops` → #ops · `!subteam^S1|@sre` → @sre · `!here` → @here · `mailto:a@b|a@b` → a@b */
function bare(inner: string): string {
  const [target = "", label = ""] = inner.split("|");
  const sign = /^[@#!]/.exec(target)?.[0];
  if (!sign) return label || target;
  if (label.startsWith("@")) return label;
  return `${sign === "#" ? "#" : "@"}${label || target.slice(1)}`;
}

/** The person a text begins with, as Slack mentions people, and what comes after a mark of any kind; null without one. */
export function leadingMention(text: string): { user: UserId; name: string; rest: string } | null {
  const [, id, label = "", rest = ""] =
    /^<@([^|>]+)(?:\|([^>]*))?>[\s,.:;，：；。、]*([\s\S]*)$/.exec(text) ?? [];
  const user = UserId.safeParse(id).data;
  return user ? { user, name: label.replace(/^@/, ""), rest } : null;
}

/** The first person mentioned, wherever that is, and what else was typed. */
export function besideMention(text: string): { person: UserId | undefined; rest: string } {
  const at = Math.max(0, text.indexOf("<@"));
  const mention = leadingMention(text.slice(at));
  if (!mention) return { person: undefined, rest: typed(text).trim() };
  return { person: mention.user, rest: typed(`${text.slice(0, at)} ${mention.rest}`).trim() };
}
