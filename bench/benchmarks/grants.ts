/** Grants a second with sixteen at once, against the four calls alone with sixteen at once. */
import { type Bare, bareGrant, bareHub } from "../bare.ts";
import { startBot } from "../bot.ts";
import type { World } from "../context.ts";
import { median, sideBySide, timed, times } from "../stats.ts";
import type { Row } from "../table.ts";
import { type Office, openOffice } from "../user-actions.ts";

const AT_ONCE = 16;
const ROUND = 128;
const ROUNDS = 6;
const AIM = 0.8;

export async function grants(world: World): Promise<Row[]> {
  await using _ = await startBot(world);
  await using hub = bareHub(world);
  const office = openOffice(world);
  const [bare, ours]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const ids = await office.pending(ROUND);
    bare.push(await bareRound(hub));
    ours.push(await ourRound(office, ids));
    await Promise.all(ids.map(office.settled));
  }
  // The first round is the warm-up.
  const [b, o] = [bare, ours].map((values) => median(values.slice(1))) as [number, number];
  return [
    {
      measure: `grants a second, ${AT_ONCE} at once`,
      bare: `${b.toFixed(0)}/s`,
      ours: `${o.toFixed(0)}/s`,
      ratio: times(o / b),
      aim: `≥ ${AIM}`,
      met: o / b >= AIM,
    },
  ];
}

const aSecond = (took: number) => (ROUND * 1_000) / took;

const bareRound = async (hub: Bare) =>
  aSecond(await timed(() => sideBySide(Array.from({ length: ROUND }), AT_ONCE, () => bareGrant(hub))));

const ourRound = async (office: Office, ids: readonly string[]) =>
  aSecond(await timed(() => sideBySide(ids, AT_ONCE, office.approve)));
