/** HTML in which every value is escapeTextd, unless it is HTML itself. Pure. */
export interface Html {
  readonly html: string;
}

type Value = Html | string | number | false | undefined | readonly Value[];

const MARKS: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const escapeText = (text: string): string => text.replace(/[&<>"']/g, (mark) => MARKS[mark] ?? "");

function textOf(value: Value): string {
  if (value === undefined || value === false) return "";
  if (typeof value === "string" || typeof value === "number") return escapeText(String(value));
  return "html" in value ? value.html : value.map(textOf).join("");
}

export const html = (strings: TemplateStringsArray, ...values: Value[]): Html => ({
  html: String.raw({ raw: strings }, ...values.map(textOf)),
});

/** Those without a value are left out. Objects become JSON. */
export function attributes(all: Record<string, unknown>): Html {
  const texts = Object.entries(all).map(([name, value]) => {
    if (value === undefined || value === null || value === false) return "";
    if (value === true) return ` ${name}`;
    return ` ${name}="${escapeText(typeof value === "object" ? JSON.stringify(value) : String(value))}"`;
  });
  return { html: texts.join("") };
}
