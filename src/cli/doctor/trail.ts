/** The trail is sealed: nothing in Redis keeps the bot from it. `audit verify` looks at each entry. */
import { readHubTold } from "../../evidence/use.ts";
import { UNREADABLE } from "../../store/reading.ts";
import { SEALED_WITHIN } from "../../store/seals.ts";
import { type Finding, fail, ok, type RedisSide, warn } from "./finding.ts";

const TRAIL_CHECK = "redis trail";

export async function checkTrail({ store }: Pick<RedisSide, "store">): Promise<Finding> {
  const newest = await store.seals.newest();
  if (newest === UNREADABLE)
    return fail(
      TRAIL_CHECK,
      "the newest seal was not made by this bot: somebody wrote to Redis, and nothing is sealed after it",
      `redis-cli DEL '${store.keys.seals}', wait a minute, then npm run audit -- verify`,
    );
  if ((await store.trail.waiting(newest?.id ?? null)) <= SEALED_WITHIN)
    return ok(TRAIL_CHECK, "each entry is sealed within five minutes");
  return fail(
    TRAIL_CHECK,
    "entries older than five minutes, or of a time to come, are not sealed",
    "See that the bot runs and reaches the hub, then npm run audit -- verify",
  );
}

/** When the hub's audit log last told the bot anything. It is no failure that nobody had access yet. */
export async function checkHubUse({ config, store }: RedisSide): Promise<Finding | Finding[]> {
  if (!config.audit.hub) return [];
  const told = await readHubTold(store);
  if (told !== null) return ok("audit hub", `the hub last told something ${new Date(told).toISOString()}`);
  return warn(
    "audit hub",
    "the hub has told nothing yet",
    "Give somebody access, and look again; docs/evidence.md says how the hub is set up",
  );
}
