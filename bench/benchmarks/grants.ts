/** Grants a second with sixteen at once, against the four calls alone with sixteen at once. */
import { type Bare, bareGrant, bareHub } from "../bare.ts";
import { startBotProcess } from "../bot.ts";
import type { BenchContext } from "../context.ts";
import { median, sideBySide, timed, times } from "../stats.ts";
import type { BenchmarkRow } from "../table.ts";
import { openUserActions, type UserActions } from "../user-actions.ts";

const AT_ONCE = 16;
const ROUND = 128;
const ROUNDS = 6;
const AIM = 0.4;

export async function grantsBenchmark(context: BenchContext): Promise<BenchmarkRow[]> {
  await using _ = await startBotProcess(context);
  await using hub = bareHub(context);
  const userActions = openUserActions(context);
  const [bare, ours]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const ids = await userActions.pending(ROUND);
    bare.push(await bareRound(hub));
    ours.push(await ourRound(userActions, ids));
    await Promise.all(ids.map(userActions.settled));
  }
  // The first round is the warm-up.
  const [b, o] = [bare, ours].map((values) => median(values.slice(1))) as [number, number];
  return [
    {
      name: `grants a second, ${AT_ONCE} at once`,
      bare: `${b.toFixed(0)}/s`,
      ours: `${o.toFixed(0)}/s`,
      ratio: times(o / b),
      moreIsBetter: true,
      aim: `≥ ${AIM}`,
      met: o / b >= AIM,
    },
  ];
}

const aSecond = (took: number) => (ROUND * 1_000) / took;

const bareRound = async (hub: Bare) =>
  aSecond(await timed(() => sideBySide(Array.from({ length: ROUND }), AT_ONCE, () => bareGrant(hub))));

const ourRound = async (userActions: UserActions, ids: readonly string[]) =>
  aSecond(await timed(() => sideBySide(ids, AT_ONCE, userActions.approve)));
