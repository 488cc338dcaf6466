/** An administrator stops all access: until it is lifted nothing is granted. Redis and the hub each remember it. Pure. */
import { z } from "zod";
import { By } from "./operator.ts";

const UNREADABLE = "?";

/** What only another version has a word for keeps none from standing, nor from being lifted. */
export const Lockdown = z.object({
  by: By.catch({ operator: UNREADABLE }),
  /** The administrators' group or user id; `operator` of who is none. */
  qualified: z.string().catch(UNREADABLE),
  /** Of two, the later; also its name. */
  at: z.number().int().positive(),
  reason: z.string().catch(UNREADABLE),
});
export type Lockdown = z.infer<typeof Lockdown>;

/** What Redis remembers. Empty: nothing stands, and none was lifted (0). */
export interface StoredLockdown {
  standing: Lockdown | null;
  /** The last one that was lifted, by its `at`. */
  lifted: number;
}

/** `learn`: Redis does not know what the hub remembers · `tell`, `forget`: the hub does not know what Redis does. */
export type LockdownStep =
  | { do: "learn" | "tell"; lockdown: Lockdown }
  | { do: "forget" }
  | { do: "nothing" };

/** Where only one of both remembers it, it stands: only what Redis knows as lifted is forgotten. */
export function lockdownStep(hub: Lockdown | null, { standing, lifted }: StoredLockdown): LockdownStep {
  if (standing) return hub?.at === standing.at ? { do: "nothing" } : { do: "tell", lockdown: standing };
  if (!hub) return { do: "nothing" };
  return hub.at <= lifted ? { do: "forget" } : { do: "learn", lockdown: hub };
}

/** What the trail keeps of it: that it began, or was lifted. */
export interface LockdownEntry {
  lockdown: "began" | "lifted";
  at: number;
  who: string;
  why: string;
  /** As in Transition. */
  said?: string;
  qualified: string;
  /** When the one began that was lifted. */
  began?: number;
}
