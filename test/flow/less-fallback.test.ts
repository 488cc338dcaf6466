/** Made less while those who are asked besides, as nobody decided, are about to hear of more. */
import { expect, test } from "vitest";
import { type SlackMessage, visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import type { Policy } from "../../src/domain/policy-file.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { ALICE, APPROVALS, BOB, catalog, MEI, startBot, startWorld, type World } from "../helpers/bot.ts";
import { scene } from "../helpers/scene.ts";
import { openSteps } from "../helpers/steps.ts";

const approval = (after: string) => ({
  ...{ by: ["S0SRE"], count: 2, within: "8h" },
  fallback: { by: [MEI], after },
});
const roles = {
  high: { ...catalog.admin, approval: approval("1h") },
  low: { ...catalog.guest, approval: approval("2h") },
  brief: { ...catalog.admin, approval: { by: ["S0SRE"], within: "1h" } },
};

/** Alice approves the lower role in the place of this one. */
async function approveLow(world: World, card: SlackMessage, meanwhile = async () => () => {}) {
  await world.slack.select(ALICE, card, "menu", "Approve for less…");
  const view = await world.slack.waitFor(() =>
    world.slack.views(ALICE).find(({ blocks }) => JSON.stringify(blocks).includes('"low"')),
  );
  const goOn = await meanwhile();
  await world.slack.submit(ALICE, view.id, { "less-role": "low", "less-time": "2 h" });
  await world.until(async () => (await world.records())[0]?.role === "low");
  goOn();
}
/** What asks others for this role. */
const asksOthers = (world: World, role: string): string[] =>
  world.slack
    .messages(APPROVALS)
    .map(visibleText)
    .filter((text) => text.includes(`you are asked too:* bob asks for ${role} for`));

/** What asks them is on its way, until what this resolves to is called. */
async function untilTheyAreAsked(world: World): Promise<() => void> {
  const [out, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  world.slack.meddle({
    before: async ({ args }) => {
      if (!JSON.stringify(args).includes(":fallback")) return undefined;
      out.resolve();
      await answer.promise;
      return undefined;
    },
    after: async () => true,
  });
  await world.jump(HOUR);
  await out.promise;
  return answer.resolve;
}

test("where Redis lost that they are being told, its place is noted all the same, and nobody is told twice", async () => {
  await using opened = new AsyncDisposableStack();
  const world = opened.use(await startWorld({ roles }));
  opened.adopt(await startBot(world), (bot) => bot.stop());
  const steps = opened.use(await openSteps(world));
  await scene(world).ask("high 4h", "to-look");
  const answer = await untilTheyAreAsked(world);
  const [record] = await world.records();
  await steps.ports.requests.update(
    record?.id as RequestId,
    ({ messages: { fallback, ...messages }, ...r }) => (fallback ? { ...r, messages } : null),
    {},
  );
  answer();
  const placed = async () => (await world.records())[0]?.messages.fallback?.ts;
  await world.until(async () => Boolean(await placed()));
  await world.jump(10 * MINUTE);
  const asked = world.slack.messages(APPROVALS).filter((m) => visibleText(m).includes("you are asked too:*"));
  expect(asked).toHaveLength(1);
});

test("those of the lower role hear of it all the same", async () => {
  await using opened = new AsyncDisposableStack();
  const world = opened.use(await startWorld({ roles }));
  opened.adopt(await startBot(world), (bot) => bot.stop());
  const asked = (role: string) => asksOthers(world, role);
  const card = await scene(world).ask("high 4h", "to-look");
  await approveLow(world, card, () => untilTheyAreAsked(world));
  await world.slack.waitFor(() => asked("high").length > 0);
  await world.until(async () => {
    await world.jump(10 * MINUTE);
    return asked("low").length > 0;
  });
  expect([asked("high").length, asked("low").length]).toEqual([1, 1]);
});

test("they are asked while somebody may still decide: what was asked for at first closes before their time", async () => {
  await using opened = new AsyncDisposableStack();
  const world = opened.use(await startWorld({ roles }));
  opened.adopt(await startBot(world), (bot) => bot.stop());
  await approveLow(world, await scene(world).ask("brief 4h", "to-look"));
  await world.jump(31 * MINUTE);
  await world.slack.waitFor(() => asksOthers(world, "low").length > 0);
  await world.slack.click(MEI, await scene(world).channel("to-look"), "approve");
  await world.until(async () => (await world.records())[0]?.state === "active");
});

test("whom the file names no more is asked nothing: whatever they pressed would be refused", async () => {
  await using opened = new AsyncDisposableStack();
  const world = opened.use(await startWorld({ roles }));
  const { ports, ...steps } = opened.use(await openSteps(world));
  const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(ports, { requester, text: "high 4h to-look", triggerId: "t1" });
  await steps.work();
  const { high } = ports.policy.roles;
  const policy = {
    ...ports.policy,
    roles: {
      ...ports.policy.roles,
      high: { ...high, approval: { ...(high?.approval as object), fallback: undefined } },
    },
  } as unknown as Policy;
  const askedAt = async () => (await ports.requests.get(id))?.fallback?.askedAt;
  world.clock.jump(HOUR);
  await steps.work({ ...ports, policy });
  expect([await askedAt(), asksOthers(world, "high")]).toEqual([undefined, []]);
  world.clock.jump(MINUTE);
  await steps.work();
  expect([await askedAt(), asksOthers(world, "high").length]).toEqual([expect.any(Number), 1]);
});
