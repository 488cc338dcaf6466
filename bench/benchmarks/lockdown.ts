/** All access is locked down in Slack while hundreds and thousands of grants are live: how long any of them still has a binding. */
import { setTimeout as delay } from "node:timers/promises";
import { visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, SECOND } from "../../src/domain/duration.ts";
import { bareDeletions, bareHub } from "../bare.ts";
import { startBotProcess } from "../bot.ts";
import { APPROVALS_CHANNEL, APPROVER, type BenchContext, GENERAL_CHANNEL } from "../context.ts";
import { openGrantSeeder } from "../seed-grants.ts";
import { ms, times } from "../stats.ts";
import type { BenchmarkRow } from "../table.ts";
import { watchBindings } from "../watch-bindings.ts";

const SIZES = [100, 2_000];
const AIM_MS = 2 * SECOND;
const AT_ONCE = 48;
/** Once it has looked at all that stands, as each new replica does. */
const SETTLED_AFTER_MS = 10 * SECOND;

export async function lockdownBenchmark(context: BenchContext): Promise<BenchmarkRow[]> {
  await using seeder = await openGrantSeeder(context);
  await using hub = bareHub(context);
  const rows: BenchmarkRow[] = [];
  for (const size of SIZES) {
    const bare = await bareDeletions(hub, size, AT_ONCE);
    const { ids } = await seeder.due(size, 24 * HOUR);
    await using _bot = await startBotProcess(context);
    await using bindings = await watchBindings(context);
    await delay(SETTLED_AFTER_MS);
    const at = await lockDown(context);
    const ours = Math.max(...(await Promise.all(ids.map(bindings.gone)))) - at;
    rows.push({
      name: `lockdown, last binding of ${size} gone`,
      bare: ms(bare),
      ours: ms(ours),
      ratio: times(ours / bare),
      ...(size === SIZES[0] && { aim: `≤ ${AIM_MS} ms`, met: ours <= AIM_MS }),
    });
    await unlock(context);
  }
  return rows;
}

/** Resolves to when the modal was sent, on performance.now()'s scale. */
async function lockDown({ slack }: BenchContext): Promise<number> {
  await slack.command(APPROVER, GENERAL_CHANNEL, "lockdown laptop stolen");
  const view = await slack.waitFor(() =>
    slack.views(APPROVER).findLast((v) => JSON.stringify(v).includes("grants of")),
  );
  const at = performance.now();
  const input = view.blocks.find(({ type }) => type === "input")?.element as { action_id: string };
  await slack.submit(APPROVER, view.id, { [input.action_id]: "laptop stolen" });
  return at;
}

async function unlock({ slack }: BenchContext): Promise<void> {
  await slack.command(APPROVER, GENERAL_CHANNEL, "unlock found again");
  await slack.waitFor(() =>
    slack.messages(APPROVALS_CHANNEL).some((m) => visibleText(m).includes("Unlocked by")),
  );
}
