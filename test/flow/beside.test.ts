/** What needs not wait for Slack does not: the token is made while its message is posted, and shown once its place is on record. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { ALICE, BOB, startBot, startWorld, type World } from "../helpers/bot.ts";
import { until } from "../helpers/redis.ts";
import { scene, tokenIn } from "../helpers/scene.ts";

let world: World;
let bot: Awaited<ReturnType<typeof startBot>>;

beforeEach(async () => {
  world = await startWorld();
  bot = await startBot(world);
});
afterEach(async () => {
  world.slack.meddle(undefined);
  world.localHub?.meddle(undefined);
  await bot.stop();
  await world.close();
});

const bears = (args: object, words: string): boolean => JSON.stringify(args).includes(words);

test("token and login check are there before the post is answered, and record and hub know its place before the token", async () => {
  const it = scene(world);
  const card = await it.ask("guest 2h", "beside");
  const asked: string[] = [];
  world.localHub?.meddle({
    before: async ({ method, path }) => {
      asked.push(`${method} ${path.split("?")[0]?.split("/").at(-1)}`);
      return undefined;
    },
    after: async () => true,
  });
  const known: unknown[] = [];
  world.slack.meddle({
    before: async ({ method, args }) => {
      if (method === "chat.postMessage" && bears(args, ":token"))
        await until(() => asked.includes("POST token") && asked.includes("GET authn"));
      if (method === "chat.update" && bears(args, "eyJ")) known.push(await places());
      return undefined;
    },
    after: async () => true,
  });
  await world.slack.click(ALICE, card, "approve");
  const { channel, ts } = await world.slack.waitFor(() => world.slack.dm(BOB).find((m) => tokenIn(m) !== ""));
  const record = expect.objectContaining({ channel, ts });
  expect(known).toEqual([{ record, hub: `${channel}/${ts}`, state: "delivering" }]);
});

/** Where record and hub say that the token stands. */
async function places() {
  const [record] = await world.records();
  const { serviceAccounts } = await world.hub.objects();
  const account = serviceAccounts.find(({ metadata }) =>
    metadata.name.includes(record?.id.toLowerCase() ?? "-"),
  );
  const hub = account?.metadata.annotations?.["karpor-access.io/token-message"];
  return { record: record?.messages.token, hub, state: record?.state };
}
