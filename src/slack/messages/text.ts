/** Foreign text made safe for Slack: escaped once, on one line where it stands in a sentence, cut to shorten. Pure. */
const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

export const escaped = (text: string): string => text.replace(/[&<>]/g, (c) => ENTITIES[c] ?? c);

/** At most `max` UTF-16 units as `render` shows them, without halving a character; "…" where something is missing. */
export function cut(text: string, max: number, render = (piece: string) => piece): string {
  if (render(text).length <= max) return render(text);
  let kept = "";
  let room = max - 1;
  for (const character of text) {
    room -= render(character).length;
    if (room < 0) break;
    kept += character;
  }
  return `${render(kept)}…`;
}

/** Words of the configuration within a sentence, which ends by itself. */
export const inSentence = (text: string): string => foreign(text.replace(/[.。]\s*$/, ""), 200);

/** Also without the characters that turn the writing direction: they could make a name read as another. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\u202A-\u202E\u2066-\u2069\u200E\u200F]/g, "")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();

/** For mrkdwn and for `text`. */
export const foreign = (text: string, max: number): string => cut(oneLine(text), max, escaped);

/** A name that others chose, for mrkdwn. */
export const foreignCode = (text: string, max: number): string =>
  `\`${foreign(text.replaceAll("`", "'"), max)}\``;

/** What somebody says of themselves, among the bot's own words: in marks that it cannot end, and in no form of its own. */
export function inMarks(text: string, max: number): string {
  const said = foreign(text.replace(/[*_~`"“”]/g, ""), max);
  return said && `“${said}”`;
}

/** Cuts text that is escaped already, never inside an entity. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  let kept = "";
  for (const [piece] of text.matchAll(/&\w+;|[\s\S]/gu)) {
    if (kept.length + piece.length >= max) break;
    kept += piece;
  }
  return `${kept}…`;
}
