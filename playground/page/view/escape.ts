/** Text into HTML. Pure. */
const MARKS: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export const esc = (text: unknown): string =>
  String(text ?? "").replace(/[&<>"']/g, (mark) => MARKS[mark] ?? "");

/** ` name="value"`, or nothing where there is no value. */
export const attr = (name: string, value: unknown): string =>
  value === undefined || value === null || value === false
    ? ""
    : ` ${name}="${esc(value === true ? "" : value)}"`;
