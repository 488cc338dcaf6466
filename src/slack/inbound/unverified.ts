/** The bodies of requests that nobody has verified yet: each is read for so long, and of all together so much is held. */
import type { IncomingMessage } from "node:http";

/** Slack gives up by then, too. */
const WITHIN_MS = 3_000;
/** Eight of the largest that are taken. */
const HELD_BYTES = 32 * 1024 * 1024;
/** A piece may be one byte, and takes more. */
const PIECE_BYTES = 256;

export class TooLarge extends Error {}

/** Throws TooLarge; and what else where it is given up, or whoever sends it goes away: then nobody can be answered. */
export type ReadBody = (request: IncomingMessage, limit: number) => Promise<Buffer>;

export function createReadBody(): ReadBody {
  /** What is held of each, in the order in which they began. */
  const held = new Map<IncomingMessage, number>();
  let all = 0;
  const release = (request: IncomingMessage) => {
    all -= held.get(request) ?? 0;
    held.delete(request);
  };
  /** Where it becomes too much, the oldest are given up: what Slack sends is there at once. */
  const hold = (request: IncomingMessage, bytes: number) => {
    held.set(request, (held.get(request) ?? 0) + bytes);
    all += bytes;
    for (const [oldest] of held) {
      if (all <= HELD_BYTES) return;
      release(oldest);
      oldest.destroy(new Error("more is being sent than is held of what nobody has verified"));
    }
  };
  return async (request, limit) => {
    if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge();
    const late = setTimeout(() => request.destroy(new Error("its body did not come in time")), WITHIN_MS);
    const parts: Buffer[] = [];
    let bytes = 0;
    hold(request, 0);
    try {
      for await (const part of request as AsyncIterable<Buffer>) {
        bytes += part.length;
        if (bytes > limit) throw tooLarge();
        parts.push(part);
        hold(request, part.length + PIECE_BYTES);
      }
      return Buffer.concat(parts);
    } finally {
      clearTimeout(late);
      release(request);
    }
  };
}

const tooLarge = (): TooLarge => new TooLarge("its body is too large");
