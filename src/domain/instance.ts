/** What tells bots apart that share a hub, a Redis or a workspace. Pure. */
import { LabelValue } from "./label.ts";

/** Of what a bot makes beside its grants: of a bot that was called so, the other would take its own for this. */
const TAKEN = ["doctor", "canary", "system"] as const;

export const Instance = LabelValue.refine(
  (name) => !TAKEN.some((tail) => name.endsWith(`-${tail}`)),
  `must not end with ${TAKEN.map((tail) => `-${tail}`).join(" or ")}: so the bot of the name before it calls what it makes for itself`,
);
