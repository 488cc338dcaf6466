/** Whether the app has what manifest.yml asks for: Slack tells no bot, so it is judged by what Slack has sent. */
import { DAY, formatDuration, HOUR } from "../../domain/duration.ts";
import { isStoreAway } from "../../flow/ports.ts";
import { COMMAND, LATER } from "../../slack/inbound/kinds.ts";
import type { Sent } from "../../store/sent.ts";
import { type Finding, ok, warn } from "./finding.ts";

const CHECK = "slack app";
/** Within a day of commands somebody opens the bot's messages, which is an event too, or changes their profile; on a day when nobody comes, nobody does. */
const SURE_MS = DAY;

/** `read`: null where there is no Redis to ask. */
export async function checkManifest(read: Sent["read"] | null, now: number): Promise<Finding> {
  try {
    return judge((await read?.()) ?? null, now);
  } catch (error) {
    if (isStoreAway(error)) return UNTOLD;
    throw error;
  }
}

const UNTOLD = ok(
  CHECK,
  "Slack tells no bot whether its app has the shortcut, the Home tab and the events of manifest.yml; what is missing is off. " +
    "After a day of commands this line says it, by what came",
);

function judge(sent: Awaited<ReturnType<Sent["read"]>>, now: number): Finding {
  const came = LATER.filter((kind) => sent?.last.has(kind));
  const never = LATER.filter((kind) => !sent?.last.has(kind));
  if (came.length > 0) {
    const rest = never.length > 0 ? `; not yet ${never.join(", ")}` : "";
    return ok(CHECK, `Slack has sent ${came.join(", ")}${rest}`);
  }
  if (!sent || (sent.last.get(COMMAND) ?? 0) - sent.since < SURE_MS) return UNTOLD;
  return warn(
    CHECK,
    `in ${formatDuration(Math.floor((now - sent.since) / HOUR) * HOUR)} Slack has sent commands alone: the app seems to have an older manifest, without shortcut, Home tab and events`,
    "Put the output of npm run setup -- --manifest into the app's App Manifest, save, and reinstall it where Slack asks",
  );
}
