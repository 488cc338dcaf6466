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

test("the hub is told of the token's place while its login tries the token", async () => {
  const it = scene(world);
  const card = await it.ask("guest 2h", "noted");
  placedBeforeToken(async () => {
    await until(async () => (await places()).hub !== undefined);
    return undefined;
  });
  await world.slack.click(ALICE, card, "approve");
  await world.slack.waitFor(() => world.slack.dm(BOB).find((m) => tokenIn(m) !== ""));
});

test("the token is made while its binding is", async () => {
  const it = scene(world);
  const card = await it.ask("guest 2h", "made");
  const asked = bindingAfterToken(async () => undefined);
  await world.slack.click(ALICE, card, "approve");
  await world.slack.waitFor(() => world.slack.dm(BOB).find((m) => tokenIn(m) !== ""));
  expect(asked()).toEqual(["POST serviceaccounts", "POST clusterrolebindings", "POST token"]);
});

test("a token whose binding is refused is seen by nobody, and its account goes once nothing more is asked of it", async () => {
  const it = scene(world);
  const card = await it.ask("guest 2h", "refused");
  const asked = bindingAfterToken(async () => ({ status: 403 }));
  await world.slack.click(ALICE, card, "approve");
  await world.until(async () => asked().some((call) => call.startsWith("DELETE")));
  expect(asked().slice(0, 4)).toEqual([
    "POST serviceaccounts",
    "POST clusterrolebindings",
    "POST token",
    expect.stringMatching(/^DELETE karpor-access-guest-r-/),
  ]);
  await world.until(async () => (await it.standing()).length === 0);
  expect(it.everShown(BOB)).not.toContain("eyJ");
});

test("of a token whose place is noted nobody sees any that the login did not take", async () => {
  const it = scene(world);
  const card = await it.ask("guest 2h", "not taken");
  let looks = 0;
  const known: unknown[] = [];
  placedBeforeToken(async () => {
    looks += 1;
    if (looks > 1) return undefined;
    await until(async () => (await places()).hub !== undefined);
    known.push(await places());
    return { status: 503 };
  });
  await world.slack.click(ALICE, card, "approve");
  const message = await world.slack.waitFor(() => world.slack.dm(BOB).find((m) => tokenIn(m) !== ""));
  const hub = `${message.channel}/${message.ts}`;
  expect(known).toEqual([{ record: expect.objectContaining({ ts: message.ts }), hub, state: "approved" }]);
  expect(looks).toBe(2);
  expect(new Set(message.history.map((content) => tokenIn({ ...message, ...content }))).size).toBe(2);
  await world.until(async () => (await places()).state === "active");
});

/** A binding is answered by `answer` once a token was asked for; says what was asked to make and to delete. */
function bindingAfterToken(answer: () => Promise<{ status: number } | undefined>): () => string[] {
  const asked: string[] = [];
  world.localHub?.meddle({
    before: async ({ method, path }) => {
      const what = path.split("?")[0]?.split("/").at(-1) ?? "";
      if (method !== "GET" && method !== "PATCH") asked.push(`${method} ${what}`);
      if (what !== "clusterrolebindings" || method !== "POST") return undefined;
      await until(() => asked.includes("POST token"), 3_000);
      return answer();
    },
    after: async () => true,
  });
  return () => asked;
}

/** No token is minted before its message is on record; each look of the login goes by `look`. */
function placedBeforeToken(look: () => Promise<{ status: number } | undefined>): void {
  world.localHub?.meddle({
    before: async ({ path }) => {
      if (path.endsWith("/token")) await until(async () => Boolean((await places()).record?.ts));
      return path.endsWith("/authn") ? look() : undefined;
    },
    after: async () => true,
  });
}

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
