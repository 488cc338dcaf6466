/** Whether the receiver of audit.webhook takes the trail's entries. */
import { readDelivery } from "../../life/trail/deliver-trail.ts";
import { MINUTE } from "../../request/durations.ts";
import { type Finding, fail, ok, type RedisSide, warn } from "./finding.ts";

const LATE = 5 * MINUTE;

export async function checkAuditWebhook({ config, store }: RedisSide): Promise<Finding | Finding[]> {
  if (!config.audit.webhook) return [];
  const delivery = await readDelivery(store);
  const { failing, skipped } = delivery;
  if (failing) {
    const since = new Date(failing.since).toISOString();
    const fix = `Correct what answers at ${config.audit.webhook.url}, or audit.webhook`;
    return [
      fail("audit webhook", `since ${since} it fails: ${failing.why}; ${skipped} entries were skipped`, fix),
    ];
  }
  const lag = await store.trail.waiting(delivery.cursor);
  if (lag > LATE)
    return [
      warn(
        "audit webhook",
        `the oldest entry waits for ${Math.round(lag / MINUTE)} min`,
        "See that the bot runs",
      ),
    ];
  return [ok("audit webhook", "every entry of the trail was taken")];
}
