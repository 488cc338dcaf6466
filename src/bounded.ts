/** An answer of another program, read to its end: no longer than any that is meant for the bot. */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

const MOST = 8 * 1024 * 1024;

export class TooLong extends Error {
  override name = "TooLong";
  constructor() {
    super("its answer is longer than 8 MiB");
  }
}

/** Throws TooLong before more is held, and hangs up. */
export async function bytesOf(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    assertShort(length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** Throws TooLong. */
export function assertShort(length: number): void {
  if (length > MOST) throw new TooLong();
}

const gunzipped = promisify(gunzip);

/** Throws TooLong, or what zlib throws. */
export const unpacked = (packed: Buffer): Promise<Buffer> =>
  gunzipped(packed, { maxOutputLength: MOST }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ERR_BUFFER_TOO_LARGE" ? new TooLong() : error;
  });
