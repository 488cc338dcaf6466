/** One open page: it is sent each part of what it shows whenever that part has changed. */
import type { ServerResponse } from "node:http";
import type { PlaygroundContext } from "../context.ts";
import { nextEnd, nextReminder } from "../scenarios/clock.ts";
import type { Scenarios } from "../scenarios/index.ts";
import type { PageFacts, Parts } from "./types.ts";
import { scenesOf } from "./view/scenes.ts";
import { sideOf } from "./view/side.ts";

interface Watching {
  left: string;
  right: string;
}

/** Redis and the hub do not say when they change, so they are looked at now and then. */
const LOOK_EVERY = 700;
const SHOWN_ENTRIES = 160;

export async function partsFor(
  context: PlaygroundContext,
  scenarios: Scenarios,
  facts: PageFacts,
  { left, right }: Watching,
): Promise<Parts> {
  const now = context.clock.now();
  const person = (id: string) => {
    const found = context.slack.directory.people.get(id) ?? [...context.slack.directory.people.values()][0];
    if (!found) throw new Error("The workspace is empty.");
    return found;
  };
  const records = await context.redis.records().catch(() => []);
  return {
    facts,
    left: sideOf(context.slack, person(left), now),
    right: sideOf(context.slack, person(right), now),
    clock: {
      offset: now - Date.now(),
      next: { reminder: nextReminder(records), end: nextEnd(records) },
    },
    scenes: await scenesOf(context, records),
    timeline: context.timeline.entries.slice(-SHOWN_ENTRIES),
    scenarios: scenarios.view(),
  };
}

/** Sends until the page goes away; resolves then. */
export function stream(
  response: ServerResponse,
  parts: () => Promise<Parts>,
  onChange: (listener: () => void) => () => void,
): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const sent = new Map<string, string>();
  let [busy, again] = [false, false];
  const push = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    do {
      again = false;
      for (const [part, value] of Object.entries(await parts())) {
        const data = JSON.stringify(value);
        if (sent.get(part) !== data) response.write(`event: ${part}\ndata: ${data}\n\n`);
        sent.set(part, data);
      }
    } while (again);
    busy = false;
  };
  const safely = () => void push().catch(() => response.destroy());
  const off = onChange(safely);
  const timer = setInterval(safely, LOOK_EVERY);
  response.once("close", () => {
    off();
    clearInterval(timer);
  });
  safely();
}
