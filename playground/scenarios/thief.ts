/** Somebody has an approver's Slack session, and not their device: the click is answered, and nothing is approved. */
import { seenWithin } from "../../sandbox/wait.ts";
import { UserId } from "../../src/request/ids.ts";
import type { Request } from "../../src/request/record.ts";
import type { PlaygroundContext } from "../context.ts";
import { addPasskey, hasPasskey, makeLostPasskey } from "../fixtures/passkey.ts";
import { CHANNELS, USERS } from "../fixtures/people.ts";
import type { Scenario } from "./scenario.ts";

const SEEN_WITHIN = 20_000;
const WATCHED_FOR = 3_000;

export const thief: Scenario = {
  id: "thief",
  title: { en: "Steal an approver’s Slack session", zh: "盗用审批人的 Slack 会话" },
  about: {
    en: "vault is approved by passkey. A thief has Bob’s Slack session, not his device, and presses Approve as Bob. To approve for real: as Alice type /karpor-access passkey, make one in your own browser, and paste its line into a message.",
    zh: "vault 需用通行密钥批准。窃贼盗用了 Bob 的 Slack 会话，但没有他的设备，以 Bob 的身份按下“批准”。想真正批准：以王磊的身份输入 /karpor-access 通行密钥，在你的浏览器中创建通行密钥，再把那一行粘贴到消息中。",
  },
  async run(context, tell) {
    const bob = UserId.parse(USERS.bob);
    if (!hasPasskey(context, bob)) {
      await addPasskey(context, makeLostPasskey(context, bob));
      tell(
        "Bob’s passkey is in the file; the thief does not have it.",
        "Bob 的通行密钥已在配置中；窃贼没有它。",
      );
    }
    const request = await askForVault(context);
    if (!request) return tell("No request came to the channel.", "频道里没有出现申请。", "bad");
    const before = context.slack.ephemerals(bob).length;
    await context.slack.click(bob, await cardFor(context, request), "approve-signed");
    await seenWithin(SEEN_WITHIN, async () => context.slack.ephemerals(bob).length > before);
    tell(
      "Pressed as Bob. The bot answered his session alone: Confirm in the browser.",
      "已以 Bob 的身份按下。机器人只回复了他的会话：请在浏览器中确认。",
      "bad",
    );
    const isApproved = await seenWithin(WATCHED_FOR, async () => {
      const now = (await context.redis.records()).find(({ id }) => id === request.id);
      return now?.state !== "waiting" || now.approvals.length > 0;
    });
    if (isApproved)
      return tell(`${request.id} is not waiting any more.`, `${request.id} 已不在等待。`, "bad");
    tell(
      `Nothing happened: ${request.id} still waits. Without Bob’s device there is no signature of its terms.`,
      `什么也没有发生：${request.id} 仍在等待。没有 Bob 的设备，就没有对申请内容的签名。`,
      "good",
    );
  },
};

/** One that waits already, or a new one. */
async function askForVault({ redis, slack }: PlaygroundContext): Promise<Request | undefined> {
  const find = async () =>
    (await redis.records()).find(({ role, state }) => role === "vault" && state === "waiting");
  const waiting = await find();
  if (waiting) return waiting;
  await slack.command(USERS.lin, "dm", "vault 1h");
  return seenWithin(SEEN_WITHIN, find);
}

async function cardFor({ slack }: PlaygroundContext, { id }: Request) {
  const find = async () =>
    slack.messages(CHANNELS.approvals).findLast(({ blocks }) => JSON.stringify(blocks ?? []).includes(id));
  const card = await seenWithin(SEEN_WITHIN, find);
  if (!card) throw new Error(`No card of ${id} is in the channel.`);
  return card;
}
