/** Does the hub tell what tokens are used for? Its heartbeat, which a running bot sends, must come back. */
import type { Clock } from "../../domain/clock.ts";
import { MINUTE } from "../../domain/duration.ts";
import { HEARTBEAT_MS, isSilent } from "../../domain/use.ts";
import type { Evidence } from "../../flow/ports.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";

const CHECK = "hub audit";
const LOOK =
  "see that karpor-server runs with the audit flags and reaches the bot's /hub-audit, and what its log says of the webhook: docs/evidence.md";

/** Throws StoreDown. */
export async function checkHubAudit(
  evidence: Pick<Evidence, "coverage">,
  clock: Pick<Clock, "now">,
): Promise<Finding> {
  const now = clock.now();
  const { heard, sent } = await evidence.coverage();
  const runs = sent !== null && now - sent < 2 * HEARTBEAT_MS;
  if (heard !== null && !isSilent({ heard }, now))
    return ok(CHECK, `the hub tells what tokens are used for, last ${minutes(now - heard)} ago`);
  const since = heard === null ? "never told" : `has not told since ${new Date(heard).toISOString()}`;
  const message = `the hub ${since} what tokens are used for`;
  if (runs) return fail(CHECK, message, LOOK);
  return warn(
    CHECK,
    `${message}; no bot asked it to lately`,
    "start the bot, then run the doctor again in a few minutes",
  );
}

const minutes = (ms: number): string => `${Math.max(1, Math.round(ms / MINUTE))} min`;
