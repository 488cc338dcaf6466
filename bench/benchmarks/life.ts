/** What one life asks of Redis, the hub and Slack: asked for, approved, its token shown, revoked, its end proved. */
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { startBot } from "../bot.ts";
import { countRow, type Row } from "../measure.ts";
import { openPeople } from "../people.ts";
import { ADMIN, GENERAL, PEOPLE, startLocalWorld } from "../world.ts";

const LIVES = 3;
const [REQUESTER = ""] = PEOPLE;
/** From the request to the proof 11 s after its end, and to the rest. */
const LIFE_MS = 18_000;

export async function life(): Promise<Row[]> {
  await using world = await startLocalWorld();
  const { slack, hub, redis } = world;
  await using _ = await startBot(world);
  const people = openPeople(world);
  using commands = countCommands(redis.url);
  const hubCalls: string[] = [];
  hub.onRequest(({ method, path }) => void hubCalls.push(`${method} ${path}`));

  const count = async (work: () => Promise<unknown>) => {
    const [calls, redisBefore] = [slack.calls.length, commands.sent()];
    hubCalls.length = 0;
    await Promise.all([work(), wait(LIFE_MS)]);
    const methods = slack.calls.slice(calls).map(({ method }) => method);
    const redisCommands = commands.sent() - redisBefore;
    if (process.env.SHOW) console.error(redisCommands, hubCalls.filter(isForGrant), methods);
    return { redisCommands, hubCalls: hubCalls.filter(isForGrant), methods };
  };
  // Somebody who used the bot before: for a newcomer one call more opens the DM.
  const live = async () => {
    const id = await people.askFor(REQUESTER);
    await people.approve(id);
    await people.seen(`active ${id}`);
    await slack.command(ADMIN, GENERAL, `revoke ${id} no longer needed`);
    await people.seen(`over ${id}`);
  };

  await live();
  await wait(LIFE_MS);
  const [idle, lives] = [await repeat(() => count(async () => {})), await repeat(() => count(live))];
  // What the sweep and the clock bring comes to some of them only: the least is the life itself.
  const redisCommands = least(lives, (one) => one.redisCommands) - least(idle, (one) => one.redisCommands);
  const chat = ({ methods }: { methods: string[] }) => methods.filter((method) => method.startsWith("chat."));
  const messages = least(lives, (one) => chat(one).length);
  const others = least(lives, (one) => one.methods.length) - messages;
  return [
    countRow("Redis commands of a life", redisCommands, 150),
    countRow(
      "hub calls of a life",
      least(lives, (one) => one.hubCalls.length),
      11,
    ),
    countRow(`Slack calls of a life: ${messages} chat.* and ${others} others`, messages + others, 14),
  ];
}

/** MONITOR, a line a command. What a script does inside of Redis is no command of ours. */
function countCommands(url: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname, () => socket.write("MONITOR\r\n"));
  let sent = 0;
  createInterface({ input: socket }).on("line", (line) => {
    if (!/^\+\S+ \[\d+ lua\]/.test(line)) sent += 1;
  });
  return { sent: () => sent, [Symbol.dispose]: () => void socket.destroy() };
}

async function repeat<T>(work: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  while (all.length < LIVES) all.push(await work());
  return all;
}

const least = <T>(all: readonly T[], number: (one: T) => number): number => Math.min(...all.map(number));

/** Not the lists and checks of the sweep. */
const isForGrant = (call: string): boolean =>
  /-r-[0-9a-z]{10}/.test(call) ||
  /POST .*\/(serviceaccounts|clusterrolebindings)$/.test(call) ||
  call.endsWith("/authn");
