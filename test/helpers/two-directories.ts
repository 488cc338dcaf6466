/** Two replicas' looks at who is who, within Slack's limits, at one Redis and by a clock that stands still. */
import type { FetchFunction } from "@slack/web-api";
import { stillClock } from "../../sandbox/clock.ts";
import { createGiveWay } from "../../src/give-way.ts";
import { createBudget } from "../../src/slack/outbound/budget.ts";
import { slackClients } from "../../src/slack/outbound/client.ts";
import { createDirectory } from "../../src/slack/outbound/directory.ts";
import { createMemory } from "../../src/store/memory.ts";
import type { Client } from "../../src/store/open.ts";
import { createTurns } from "../../src/store/turns.ts";
import { freshKeys } from "./redis.ts";

type Answer = (now: number, sleep: (ms: number) => Promise<void>, fields: URLSearchParams) => Promise<object>;

/** `answer`: Slack's to each call, but for the `ok`. */
export function twoDirectories(redis: Client, answer: Answer) {
  const clock = stillClock();
  const send: FetchFunction = async (_url, init) => {
    const { promise: tooLate, reject } = Promise.withResolvers<never>();
    init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
    const said = answer(clock.now(), clock.sleep, new URLSearchParams(String(init?.body)));
    const found = await Promise.race([said, tooLate]);
    return Response.json({ ok: true, ...found }) as unknown as Awaited<ReturnType<FetchFunction>>;
  };
  const parts = { redis, keys: freshKeys(), clock };
  const replicas = [0, 1].map(() => {
    const budget = createBudget({ turns: createTurns(parts), clock, giveWay: createGiveWay(), send });
    const home = () => ({ teamId: "T0", enterpriseId: undefined });
    return createDirectory({
      slack: slackClients("xoxb-1", budget, {}),
      memory: createMemory(parts),
      clock,
      home,
    });
  });
  return {
    clock,
    at: (by: number) => replicas[by] as (typeof replicas)[number],
    /** Whatever does not sleep is done. */
    async settled() {
      for (let i = 0; i < 4; i++) {
        await redis.ping();
        await new Promise(setImmediate);
      }
    },
  };
}
