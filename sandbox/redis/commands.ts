/** Redis commands as they come over a connection, cut out of its bytes wherever those were split. */

/** One whole command. */
export interface Cut {
  bytes: Buffer;
  /** The words of it, from the first on. */
  word(index: number): string;
}

const [STAR, DOLLAR, LF] = ["*", "$", "\n"].map((c) => c.charCodeAt(0)) as [number, number, number];

export function createCutter(): (chunk: Buffer) => Cut[] {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const all = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const found: Cut[] = [];
    let at = 0;
    for (let one = measure(all, at); one; one = measure(all, at)) {
      found.push(toCut(all.subarray(at, one.end), one.words, at));
      at = one.end;
    }
    rest = all.subarray(at);
    return found;
  };
}

type Word = [start: number, length: number];

const toCut = (bytes: Buffer, words: Word[], from: number): Cut => ({
  bytes,
  word(index) {
    const [start, length] = words[index] ?? [from, 0];
    return bytes.toString("latin1", start - from, start - from + length);
  },
});

/** Where the command that begins at `from` ends, and where its words are; nothing while it is not all there. */
function measure(all: Buffer, from: number): { end: number; words: Word[] } | undefined {
  const count = number(all, from, STAR);
  if (!count) return undefined;
  const words: Word[] = [];
  let at = count.end;
  for (let left = count.value; left > 0; left--) {
    const length = number(all, at, DOLLAR);
    if (!length) return undefined;
    words.push([length.end, length.value]);
    at = length.end + length.value + 2;
  }
  return at <= all.length ? { end: at, words } : undefined;
}

function number(all: Buffer, at: number, sign: number): { value: number; end: number } | undefined {
  const end = all.indexOf(LF, at);
  if (end < 0) return undefined;
  if (all[at] !== sign) throw new Error("These bytes are no Redis commands.");
  return { value: Number(all.toString("latin1", at + 1, end - 1)), end: end + 1 };
}
