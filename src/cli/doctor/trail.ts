/** The trail is sealed: nothing in Redis keeps the bot from it. `audit verify` looks at each entry. */
import { UNREADABLE } from "../../store/reading.ts";
import { SEALED_WITHIN } from "../../store/seals.ts";
import { type Finding, fail, ok, type RedisSide } from "./finding.ts";

const CHECK = "redis trail";

export async function checkTrail({ store }: RedisSide): Promise<Finding[]> {
  const newest = await store.seals.newest();
  if (newest === UNREADABLE)
    return [
      fail(
        CHECK,
        "the newest seal was not made by this bot: somebody wrote to Redis, and nothing is sealed after it",
        `redis-cli DEL '${store.keys.seals}', wait a minute, then npm run audit -- verify`,
      ),
    ];
  const unsealed = await store.trail.waiting(newest?.id ?? null);
  if (unsealed > SEALED_WITHIN)
    return [
      fail(
        CHECK,
        "entries older than five minutes, or of a time to come, are not sealed",
        "See that the bot runs and reaches the hub, then npm run audit -- verify",
      ),
    ];
  return [ok(CHECK, "each entry is sealed within five minutes")];
}
