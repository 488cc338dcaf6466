/** Lines as verify reads them of a file; and as somebody leaves them who knows how an export is made. */
import { type End, endHash } from "../../../src/cli/audit/line.ts";
import type { Read } from "../../../src/cli/audit/verify-export.ts";
import { sha256 } from "../../../src/store/chain.ts";

export async function* read(lines: readonly string[]): AsyncGenerator<Read> {
  for (const [i, json] of lines.entries()) yield { at: i + 1, json };
}

/** Its last line fits what stands before it. */
export function resigned(lines: readonly string[]): string[] {
  const before = lines.slice(0, -1);
  const { end } = JSON.parse(lines.at(-1) ?? "") as { end: End };
  end.sha256 = sha256(before.map((line) => `${line}\n`).join(""));
  return [...before, JSON.stringify({ end: { ...end, hash: endHash(end) } })];
}
