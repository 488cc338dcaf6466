/** `grants confirm-restore`: the operator's word, where no administrator is at hand in Slack. */
import type { Logger } from "pino";
import type { Config } from "../../config.ts";
import { createEpochKeeper } from "../../flow/keep-epoch.ts";
import type { Clock } from "../../flow/ports.ts";
import { openHub } from "../../hub/client/access.ts";
import { createHubClient } from "../../hub/client/client.ts";
import { createAnchor } from "../../hub/grants/anchor.ts";
import { connect } from "../../store/connect.ts";
import { createEpochs } from "../../store/epoch.ts";
import { keysOf } from "../../store/keys.ts";

export interface GrantsDeps {
  clock: Clock;
  log: Logger;
  say(line: string): void;
}

const REDIS_WITHIN_MS = 3_000;

/** Throws one sentence when Redis or the hub does not answer. */
export async function confirmRestoreByHand(config: Config, { clock, log, say }: GrantsDeps): Promise<void> {
  await using opened = new AsyncDisposableStack();
  const redis = opened.adopt(connect(config.env.REDIS_URL, { log }), (r) => r.close());
  const hub = opened.adopt(await openHub(config, { log }), (h) => h.close());
  const client = opened.adopt(createHubClient(hub.access, { reread: hub.reread }), (c) => c.close());
  await redis.ready(REDIS_WITHIN_MS);
  const keeper = createEpochKeeper({
    ...{ clock, log, stopping: new AbortController().signal },
    admins: { tell: async () => true },
    holds: { report: () => {} },
    epochs: createEpochs({ redis: redis.commands, keys: keysOf(config.instance) }),
    anchor: createAnchor({ client, instance: config.instance, namespace: config.hub.namespace }),
  });
  say(
    (await keeper.confirm(null))
      ? "Confirmed: the bot goes on with this Redis, and grants what is asked for from now on. What was asked for before is closed."
      : "Nothing to confirm: Redis is not behind the hub.",
  );
}
