/** From the click on Approve to the token in the DM, against the four bare calls to the hub alone, by turns. */
import { grantBare, openBareHub } from "../bare.ts";
import { startBot } from "../bot.ts";
import { median, type Row, ratioRow, timed } from "../measure.ts";
import { openPeople } from "../people.ts";
import { startRealWorld } from "../world.ts";

const WARM_UP = 30;
const REPEAT = 100;

export async function approve(): Promise<Row[]> {
  await using world = await startRealWorld();
  await using _ = await startBot(world);
  await using hub = openBareHub(world);
  const people = openPeople(world);
  const [bare, ours]: [number[], number[]] = [[], []];
  for (const id of await people.askMany(WARM_UP + REPEAT)) {
    bare.push(await timed(() => grantBare(hub)));
    ours.push(await people.approve(id));
    await people.seen(`active ${id}`);
  }
  const usual = (all: number[]) => median(all.slice(WARM_UP));
  return [ratioRow("Approve → token", usual(bare), usual(ours), 2.2)];
}
