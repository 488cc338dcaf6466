/** From the click on Approve to the token where Slack is far away and the hub is not: how many round trips to Slack. */
import { setTimeout as wait } from "node:timers/promises";
import { startBot } from "../bot.ts";
import { median, milliseconds, type Row, timed } from "../measure.ts";
import { openPeople } from "../people.ts";
import { APPROVERS, startLocalWorld, type World } from "../world.ts";

const SLACK_MS = 120;
const HUB_MS = 10;
const WARM_UP = 20;
const AIM = 3.5;
/** Nothing that was looked up when it was asked is still fresh then. */
const STALE_MS = 16_000;

export async function distance(): Promise<Row[]> {
  await using world = await startLocalWorld();
  await using _ = await startBot(world);
  const people = openPeople(world);
  const ids = await people.askMany(APPROVERS.length);
  const away = (ms: number) => ({ before: () => wait(ms, undefined), after: async () => true });
  world.slack.meddle(away(SLACK_MS));
  world.hub.meddle(away(HUB_MS));
  await wait(STALE_MS);
  const [bare, ours]: [number[], number[]] = [[], []];
  for (const [index, id] of ids.entries()) {
    bare.push(await timed(() => callSlack(world)));
    ours.push(await people.approve(id, APPROVERS[index]));
    await people.seen(`active ${id}`);
  }
  const [trip, took] = [median(bare.slice(WARM_UP)), median(ours.slice(WARM_UP))];
  return [
    {
      what: `Approve → token, Slack ${SLACK_MS} ms and hub ${HUB_MS} ms away`,
      bare: `${milliseconds(trip)} a round trip`,
      ours: `${milliseconds(took)} = ${(took / trip).toFixed(2)} trips`,
      aim: `≤ ${AIM} trips`,
      isMet: took / trip <= AIM,
    },
  ];
}

async function callSlack({ env }: World): Promise<void> {
  const headers = { authorization: `Bearer ${env.SLACK_BOT_TOKEN}` };
  await (await fetch(`${env.SLACK_API_URL}auth.test`, { method: "POST", headers })).text();
}
