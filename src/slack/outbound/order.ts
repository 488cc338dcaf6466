/** Writes to one message keep their order: what waits is merged into what comes after it, and nothing is drawn over a removal. */
import type { FetchFunction } from "@slack/web-api";
import { SECOND } from "../../domain/duration.ts";
import type { Urgency } from "./limits.ts";
import { askToWait, type SlackAnswer } from "./send.ts";

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
  /** Until it has its own answer. */
  before: Standing | undefined;
  /** Of those merged into it too. */
  answer: Promise<SlackAnswer>;
}

export function createOrder() {
  const last = new Map<string, Standing>();
  return (message: string, write: Write, call: () => Promise<SlackAnswer>): Promise<SlackAnswer> => {
    const before = last.get(message);
    // Whoever drew over a removal looks at the record again.
    if (before && removes(before) && !removes(write)) return Promise.resolve(askToWait(SECOND));
    if (before && isMergeable(before, write)) {
      before.init = write.init;
      return before.answer;
    }
    const arriving = removes(write) ? dropWaiting(before) : before;
    return stand(last, message, Object.assign(write, { before }), async () => {
      await arriving?.answer.catch(() => {});
      return call();
    });
  };
}

/** What is under way must have arrived: the last of that. */
function dropWaiting(last: Standing | undefined): Standing | undefined {
  let one = last;
  for (; one && !one.isOut && !removes(one); one = one.before) one.isDropped = true;
  return one;
}

async function stand(
  last: Map<string, Standing>,
  message: string,
  write: Write & Pick<Standing, "before">,
  call: () => Promise<SlackAnswer>,
): Promise<SlackAnswer> {
  const standing: Standing = Object.assign(write, { answer: call() });
  last.set(message, standing);
  try {
    return await standing.answer;
  } finally {
    standing.before = undefined;
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
