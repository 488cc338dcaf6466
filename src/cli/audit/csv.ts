/** CSV (RFC 4180) that a spreadsheet takes for text, and its inverse. Pure. */

/**
 * What would begin a formula gets an apostrophe before it, as spreadsheets themselves mark text: at the beginning of a
 * cell, and where one that separates by semicolons begins another in the midst of it, also in quotes.
 */
const FORMULA = /(?<=(?:^|[;\t\r\n])"*)(?=[=+\-@\t\r])/g;

export const csvCell = (text: string): string => text.replaceAll(FORMULA, "'");

export const csvRow = (cells: readonly string[]): string =>
  cells.map((one) => quoted(csvCell(one))).join(",");

const quoted = (text: string): string =>
  /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Rows out of chunks of text, each with the line where it begins, from 1. A quote that is never closed ends with the text. */
export async function* csvRows(
  chunks: AsyncIterable<string>,
): AsyncGenerator<{ at: number; cells: string[] }> {
  let [line, begun, row, text, state]: [number, number, string[], string, State] = [1, 1, [], "", "start"];
  for await (const chunk of chunks)
    for (const c of chunk) {
      if (c === "\n") line += 1;
      if (state === "quoted") {
        if (c === '"') state = "closing";
        else text += c;
      } else if (c === '"' && state !== "plain") {
        if (state === "closing") text += c;
        state = "quoted";
      } else if (c === "," || c === "\n") {
        row.push(text);
        text = "";
        state = "start";
        if (c === "\n") {
          yield { at: begun, cells: row };
          row = [];
          begun = line;
        }
      } else {
        text += c;
        state = "plain";
      }
    }
  if (text !== "" || row.length > 0) yield { at: begun, cells: [...row, text] };
}

type State = "start" | "plain" | "quoted" | "closing";
