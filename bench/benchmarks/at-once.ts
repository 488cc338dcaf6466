/** Grants a second with sixteen at once, against the four bare calls with sixteen at once. */
import { grantBare, openBareHub } from "../bare.ts";
import { startBot } from "../bot.ts";
import { median, type Row, sideBySide, timed } from "../measure.ts";
import { openPeople } from "../people.ts";
import { startRealWorld } from "../world.ts";

const AT_ONCE = 16;
const ROUND = 128;
const ROUNDS = 6;
const AIM = 0.3;

export async function atOnce(): Promise<Row[]> {
  await using world = await startRealWorld();
  await using _ = await startBot(world);
  await using hub = openBareHub(world);
  const people = openPeople(world);
  const aSecond = async (work: () => Promise<unknown>) => (ROUND * 1000) / (await timed(work));
  const [bare, ours]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const ids = await people.askMany(ROUND);
    bare.push(await aSecond(() => sideBySide(ids, AT_ONCE, () => grantBare(hub))));
    ours.push(await aSecond(() => sideBySide(ids, AT_ONCE, (id) => people.approve(id))));
    await Promise.all(ids.map((id) => people.seen(`active ${id}`)));
  }
  // The first round is the warm-up.
  const [bareRate, ourRate] = [median(bare.slice(1)), median(ours.slice(1))];
  const ratio = ourRate / bareRate;
  return [
    {
      what: `grants a second, ${AT_ONCE} at once`,
      bare: `${bareRate.toFixed(0)}/s`,
      ours: `${ourRate.toFixed(0)}/s = ${ratio.toFixed(2)} ×`,
      aim: `≥ ${AIM} ×`,
      isMet: ratio >= AIM,
    },
  ];
}
