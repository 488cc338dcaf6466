/** The bot is killed in the middle of setting up a grant, started again, and finishes what it began. */
import type { RequestId } from "../../src/domain/ids.ts";
import { recordsOf, type Stage } from "../context.ts";
import { sweepNow } from "./clock.ts";
import { free, pendingRequest } from "./provoke.ts";
import { type Act, seen, type Tell } from "./scenario.ts";

const STRUCK_WITHIN = 10_000;
const DOWN_FOR = 1_500;
/** The sweep takes a step for lost ten seconds after it should have been done. */
const PATIENCE = 10_000;
const HEALED_WITHIN = 20_000;

export const kill: Act = {
  id: "kill",
  title: "Kill the bot while it sets up a grant",
  about: "Approves what waits, or asks for peek. The moment the hub has made the account: SIGKILL.",
  not: () => undefined,
  async run(stage, tell) {
    const { bot, clock } = stage;
    const began = clock.now();
    const before = bot.pid;
    const strike = trap(stage);
    const id = await provoke(stage, strike);
    const where = await strike.sprung;
    if (!where) return tell("Nothing was being set up, so nothing was killed.");
    tell(
      `Killed (SIGKILL, process ${before}) ${where}. Nobody has a token; the record says “approved”.`,
      "bad",
    );
    await clock.sleep(DOWN_FOR);
    await bot.start();
    tell(`Started again (process ${bot.pid}). It waits 10 s, in case another replica is still at work.`);
    await clock.sleep(Math.max(0, began + PATIENCE + 500 - clock.now()));
    await healed(stage, id, tell);
  },
};

async function provoke(stage: Stage, strike: ReturnType<typeof trap>): Promise<RequestId | undefined> {
  try {
    const waits = (await recordsOf(stage)).some(({ state }) => state === "pending");
    if (!waits) {
      await stage.slack.command(await free(stage, "peek"), "dm", "peek 15m");
      return undefined;
    }
    const { request, card, approvers } = await pendingRequest(stage);
    await stage.slack.click(approvers[0] ?? "", card, "Approve");
    return request.id;
  } catch (error) {
    strike.leave();
    throw error;
  }
}

/** Kills in the same turn in which the stand-in hub has stored the account, or Slack the first message. */
function trap({ hub, slack, bot }: Stage) {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const spring = (where: string) => {
    leave();
    bot.kill().then(() => resolve(where));
  };
  const offHub = hub.local?.onRequest(({ method, path, status }) => {
    if (method === "POST" && path.endsWith("/serviceaccounts") && status === 201)
      spring("when the hub had just made the account");
  });
  const offSlack = slack.onEvent((change) => {
    const isDm = change.kind === "message" && change.message.channel.startsWith("D");
    if (!hub.local && isDm && change.message.bot_id) spring("when it had just opened the DM");
  });
  const timer = setTimeout(() => {
    leave();
    resolve(undefined);
  }, STRUCK_WITHIN);
  const leave = () => {
    clearTimeout(timer);
    offHub?.();
    offSlack();
  };
  return { sprung: promise, leave };
}

async function healed(stage: Stage, id: RequestId | undefined, tell: Tell): Promise<void> {
  await sweepNow(stage);
  const found = await seen(async () => {
    const records = await recordsOf(stage);
    return records.findLast((r) => (id ? r.id === id : r.role === "peek") && r.state === "active");
  }, HEALED_WITHIN);
  if (!found) return tell("Not finished yet; the sweep tries again within a minute.", "bad");
  tell(
    `Healed: the sweep found ${found.id} half done, used what stood on the hub, made the rest, and delivered.`,
    "good",
  );
}
