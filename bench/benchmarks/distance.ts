/** From the click on Approve to the token, where Slack is far away and the hub is not: how many ways to Slack and back. */
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../../sandbox/clock.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import { SECOND } from "../../src/domain/duration.ts";
import { startBotProcess } from "../bot.ts";
import { type BenchContext, contextOn, STRANGERS } from "../context.ts";
import { median, ms, timed, times } from "../stats.ts";
import type { BenchmarkRow } from "../table.ts";
import { openUserActions } from "../user-actions.ts";

const SLACK_MS = 120;
const HUB_MS = 10;
const WARM_UP = 30;
/** Who clicked; the DM's place, beside the hub's calls; the token. What is done in between would have to take no time. */
const AIM = 3.1;
/** What follows a token is over then, and what was read of the hub for it is stale. */
const BETWEEN_MS = 1.2 * SECOND;
/** Nothing that was looked up when it was asked is still fresh. */
const STALE_MS = 11 * SECOND;

export async function distanceBenchmark(): Promise<BenchmarkRow[]> {
  await using context = await contextOn(farHub());
  const { slack } = context;
  await using _ = await startBotProcess(context);
  const userActions = openUserActions(context);
  const ids = await userActions.pending(STRANGERS.length);
  slack.meddle({ before: () => delay(SLACK_MS, undefined), after: async () => true });
  const [bare, took]: [number[], number[]] = [[], []];
  for (const [i, id] of ids.entries()) {
    if (i === 0 || i === WARM_UP) await delay(STALE_MS);
    bare.push(await timed(() => bareCall(context)));
    took.push(await userActions.approve(id, STRANGERS[i]));
    await delay(BETWEEN_MS);
  }
  const [way, ours] = [median(bare.slice(WARM_UP)), median(took.slice(WARM_UP))];
  const ratio = ours / way;
  return [
    {
      name: `approve click → token shown, Slack ${SLACK_MS} ms and the hub ${HUB_MS} ms away`,
      bare: `${ms(way)} a call`,
      ours: ms(ours),
      ratio: times(ratio),
      aim: `≤ ${AIM}`,
      met: ratio <= AIM,
    },
  ];
}

/** There and back, by a connection that is kept. */
async function bareCall({ env }: Pick<BenchContext, "env">): Promise<void> {
  const headers = { authorization: `Bearer ${env.SLACK_BOT_TOKEN}` };
  const answer = await fetch(`${env.SLACK_API_URL}auth.test`, { method: "POST", headers });
  await answer.text();
}

async function farHub() {
  const hub = await startLocalHub({ clock: systemClock() });
  hub.meddle({ before: () => delay(HUB_MS, undefined), after: async () => true });
  return Object.assign(hub, { [Symbol.asyncDispose]: () => hub.stop() });
}
