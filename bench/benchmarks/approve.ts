/** From the click on Approve to the token in the DM, against the four calls to the API server alone. */
import { bareGrant, bareHub } from "../bare.ts";
import { startBot } from "../bot.ts";
import type { World } from "../context.ts";
import { median, ms, timed, times } from "../stats.ts";
import type { Row } from "../table.ts";
import { openOffice } from "../user-actions.ts";

const WARM_UP = 30;
const REPEAT = 100;
const AIM = 1.3;

export async function approve(world: World): Promise<Row[]> {
  await using _ = await startBot(world);
  await using hub = bareHub(world);
  const office = openOffice(world);
  const [bare, ours]: [number[], number[]] = [[], []];
  for (const id of await office.pending(WARM_UP + REPEAT)) {
    bare.push(await timed(() => bareGrant(hub)));
    ours.push(await office.approve(id));
    await office.settled(id);
  }
  const [b, o] = [bare, ours].map((values) => median(values.slice(WARM_UP))) as [number, number];
  const ratio = o / b;
  return [
    {
      measure: "approve click → token shown",
      bare: ms(b),
      ours: ms(o),
      ratio: times(ratio),
      aim: `≤ ${AIM}`,
      met: ratio <= AIM,
    },
  ];
}
