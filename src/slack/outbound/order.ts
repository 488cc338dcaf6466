/** Writes to one message keep their order: what waits is merged into what comes after it, and nothing is drawn over a removal. */
import type { FetchFunction } from "@slack/web-api";
import type { Urgency } from "./limits.ts";

export interface Write {
  method: string;
  urgency: Urgency | "reserved";
  /** What is sent when its turn comes: of those merged, the last one's. */
  init: Parameters<FetchFunction>[1];
  /** It is under way. */
  isOut: boolean;
  /** A removal came while it waited: it is never sent. */
  isDropped?: boolean;
}

interface Standing extends Write {
  answer: Promise<unknown>;
  /** Of those merged into it. */
  readers: ((answer: Promise<Response>) => void)[];
}

/** Seconds until whoever drew over a removal looks at the record again. */
const AGAIN_S = "1";

export function createOrder() {
  const last = new Map<string, Standing>();
  return (message: string, write: Write, call: () => Promise<Response>): Promise<Response> => {
    const before = last.get(message);
    if (before && removes(before) && !removes(write)) return Promise.resolve(refused());
    if (before && isMergeable(before, write)) {
      before.init = write.init;
      return new Promise((resolve) => before.readers.push(resolve));
    }
    if (before && removes(write) && !before.isOut && !removes(before)) before.isDropped = true;
    return stand(last, message, write, async () => {
      // What is dropped is not waited for; what is under way must have arrived.
      if (before && !before.isDropped) await before.answer;
      return call();
    });
  };
}

async function stand(
  last: Map<string, Standing>,
  message: string,
  write: Write,
  call: () => Promise<Response>,
): Promise<Response> {
  const answer = call();
  const standing: Standing = Object.assign(write, { answer: answer.catch(() => {}), readers: [] });
  last.set(message, standing);
  try {
    const response = await answer;
    for (const read of standing.readers) read(Promise.resolve(response.clone()));
    return response;
  } catch (error) {
    for (const read of standing.readers) read(Promise.reject(error));
    throw error;
  } finally {
    if (last.get(message) === standing) last.delete(message);
  }
}

const removes = ({ urgency }: Write): boolean => urgency === "take-off";

/** The token's showing is never merged: whoever shows it must know that it stands. */
const isMergeable = (before: Write, { method, urgency }: Write): boolean =>
  !before.isOut &&
  !before.isDropped &&
  before.method === method &&
  before.urgency === urgency &&
  urgency !== "show" &&
  urgency !== "reserved";

const refused = (): Response => new Response("", { status: 429, headers: { "retry-after": AGAIN_S } });
