/** A file of lines, whichever of the three forms it has: an export as JSON or CSV, or what a shipper of logs delivered. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline/promises";
import { unread } from "../unread.ts";
import { cellsOf, type Names, TITLES } from "./columns.ts";
import { csvCell, csvRow, csvRows } from "./csv.ts";
import { readLine } from "./line.ts";
import type { Read } from "./verify-export.ts";

export interface FileRead {
  isExport: boolean;
  lines: AsyncIterable<Read>;
}

/** Throws one sentence. */
export async function readFile(path: string): Promise<FileRead> {
  const first = await firstLine(path).catch((error: unknown) => {
    throw new Error(`${path}: ${unread(error)}`);
  });
  if (first.startsWith(csvRow(TITLES))) return { isExport: true, lines: csvLines(path) };
  return { isExport: readLine(first)?.kind === "heading", lines: textLines(path) };
}

async function firstLine(path: string): Promise<string> {
  for await (const { json } of textLines(path)) return json;
  return "";
}

async function* textLines(path: string): AsyncGenerator<Read> {
  const input = createReadStream(path, "utf8");
  let at = 0;
  try {
    for await (const json of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      at += 1;
      if (json.trim() !== "") yield { at, json };
    }
  } finally {
    input.destroy();
  }
}

/** A row whose cells say another thing than its JSON is told. */
async function* csvLines(path: string): AsyncGenerator<Read> {
  const names: Names = new Map();
  let isTitle = true;
  for await (const { at, cells } of csvRows(createReadStream(path, "utf8") as AsyncIterable<string>)) {
    if (isTitle) {
      isTitle = false;
      continue;
    }
    const json = cells.at(-1) ?? "";
    const ought = cellsOf(json, names)?.map(csvCell);
    const isSame =
      ought === undefined || (ought.length === cells.length - 1 && ought.every((one, i) => one === cells[i]));
    yield { at, json, ...(isSame ? {} : { other: true }) };
  }
}
