/** When a request is reminded, and which step is due now. Pure. */
import { undrawn } from "./faces.ts";
import type { AccessRequest, In } from "./request.ts";

/** Lead times that make sense for this grant, longest first: those over half of it would nag, not warn. */
export function leads(r: In<"approved" | "delivering" | "active">, configured: readonly number[]): number[] {
  const whole = r.expiresAt - r.decision.at;
  return configured.filter((lead) => lead <= whole / 2).sort((a, b) => b - a);
}

/** The reminder to send now: the latest whose time has come and that was not overtaken by a later one. */
export function reminderDue(r: In<"active">, configured: readonly number[], now: number): number | null {
  const come = leads(r, configured).filter((lead) => r.expiresAt - lead <= now);
  const latest = come.at(-1);
  return latest === undefined || now >= r.expiresAt || r.reminded.includes(latest) ? null : latest;
}

/** Time after which a step that a command or click sets going at once is taken for lost. */
const PATIENCE = 10_000;

export type Step = "vet" | "lapse" | "provision" | "remind" | "end" | "draw";

/** What the sweep does for a record whatever happened to its jobs. */
export function stepDue(r: AccessRequest, configured: readonly number[], now: number): Step | null {
  switch (r.state) {
    case "requested":
      if (now >= r.closesAt) return "lapse";
      return now >= r.requestedAt + PATIENCE ? "vet" : null;
    case "pending":
      if (now >= r.closesAt) return "lapse";
      break;
    case "approved":
    case "delivering":
      if (now >= r.expiresAt) return "end";
      return now >= r.decision.at + PATIENCE ? "provision" : null;
    case "active":
      if (now >= r.expiresAt) return "end";
      if (reminderDue(r, configured, now) !== null) return "remind";
      break;
    case "ending":
      return "end";
  }
  return undrawn(r).length > 0 ? "draw" : null;
}
