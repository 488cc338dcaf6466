/** Nobody decided: others are asked too, by one reply below the card, and may decide from then on. It stays pending. */
import type { RequestId } from "../domain/ids.ts";
import { fallbackDue } from "../domain/nudge.ts";
import { fallbackAsked } from "../domain/transitions.ts";
import type { Later, Ports } from "./ports.ts";
import { takeDueStep } from "./support/due.ts";

export const askFallback = (ports: Ports, id: RequestId): Promise<Later> =>
  takeDueStep(ports, id, {
    due: fallbackDue,
    change: (now) => (r) => fallbackAsked(r, now),
  });
