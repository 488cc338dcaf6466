/** Two hundred people ask within a minute, under Slack's documented limits; two approvers press each card as it comes. */
import { setTimeout as wait } from "node:timers/promises";
import { visibleText } from "../../sandbox/slack/index.ts";
import { startBot } from "../bot.ts";
import type { Row } from "../measure.ts";
import { openPeople } from "../people.ts";
import { APPROVERS, GENERAL, PEOPLE, startLocalWorld, type World } from "../world.ts";

const MANY = 200;
const MINUTE = 60_000;
const WITHIN = 20 * MINUTE;
/** Slack opens 50 DMs and takes 50 edits a minute, and each token needs one of both. */
const LEAST_MINUTES = MANY / 50;

export async function burst(): Promise<Row[]> {
  await using world = await startLocalWorld({ limits: true });
  await using _ = await startBot(world);
  const { seen } = openPeople(world);
  const asking = PEOPLE.slice(0, MANY);
  const began = performance.now();
  const shown = await Promise.all(
    asking.map(async (person, index) => {
      await wait((index * MINUTE) / MANY);
      await world.slack.command(person, GENERAL, "guest debugging the search page");
      const { message, id } = await seen(`card for ${person}`, WITHIN);
      void world.slack.click(APPROVERS[index % 2] ?? "", message, "approve");
      const [token, card] = [await seen(`token ${id}`, WITHIN), await seen(`active ${id}`, WITHIN)];
      return { after: token.at - began, isFirst: token.at < card.at };
    }),
  );
  const refused = refusals(world, asking);
  const first = shown.filter(({ isFirst }) => isFirst).length;
  const last = Math.max(...shown.map(({ after }) => after)) / MINUTE;
  return [
    { what: `${MANY} asks in a minute, refused`, ours: String(refused), aim: "0", isMet: refused === 0 },
    {
      what: "their tokens that came before the own card was redrawn",
      ours: String(first),
      aim: String(MANY),
      isMet: first === MANY,
    },
    {
      what: "the last of these tokens",
      bare: `${LEAST_MINUTES} min by Slack's limits`,
      ours: `${last.toFixed(1)} min = ${(last / LEAST_MINUTES).toFixed(2)} ×`,
    },
  ];
}

/** Who asks is told *Sent* and nothing else; who approves is told nothing. */
function refusals({ slack }: World, asking: readonly string[]): number {
  const told = (users: readonly string[]) => users.flatMap((user) => slack.ephemerals(user)).map(visibleText);
  return told(asking).filter((text) => !text.includes("Sent")).length + told(APPROVERS).length;
}
