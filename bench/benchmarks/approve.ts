/** From the click on Approve to the token in the DM, against the four calls to the API server alone. */
import { bareGrant, bareHub } from "../bare.ts";
import { startBotProcess } from "../bot.ts";
import type { BenchContext } from "../context.ts";
import { median, ms, timed, times } from "../stats.ts";
import type { BenchmarkRow } from "../table.ts";
import { openUserActions } from "../user-actions.ts";

const WARM_UP = 30;
const REPEAT = 100;
const AIM = 1.5;

export async function approveBenchmark(context: BenchContext): Promise<BenchmarkRow[]> {
  await using _ = await startBotProcess(context);
  await using hub = bareHub(context);
  const userActions = openUserActions(context);
  const [bare, ours]: [number[], number[]] = [[], []];
  for (const id of await userActions.pending(WARM_UP + REPEAT)) {
    bare.push(await timed(() => bareGrant(hub)));
    ours.push(await userActions.approve(id));
    await userActions.settled(id);
  }
  const [b, o] = [bare, ours].map((values) => median(values.slice(WARM_UP))) as [number, number];
  const ratio = o / b;
  return [
    {
      name: "approve click → token shown",
      bare: ms(b),
      ours: ms(o),
      ratio: times(ratio),
      aim: `≤ ${AIM}`,
      met: ratio <= AIM,
    },
  ];
}
