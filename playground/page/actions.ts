/** What a visitor can do, by name: each takes JSON, and throws one sentence when it cannot be done. */
import { z } from "zod";
import { readPasskeyLine } from "../../src/policy/passkeys.ts";
import type { PlaygroundContext } from "../context.ts";
import { greet } from "../fixtures/greet.ts";
import { addPasskey } from "../fixtures/passkey.ts";
import { JUMPS, jumpTo } from "../scenarios/clock.ts";
import type { Scenarios } from "../scenarios/index.ts";
import { Refusal } from "../scenarios/scenario.ts";

const Where = z.union([
  z.object({ channel: z.string(), ts: z.string() }),
  z.object({ view: z.string() }),
  z.object({ home: z.literal(true) }),
]);
const user = z.string();

export interface PagePorts {
  context: PlaygroundContext;
  scenarios: Scenarios;
  /** Another world in place of this one. */
  startOver(): Promise<void>;
}

const action =
  <S extends z.ZodType>(shape: S, run: (ports: PagePorts, asked: z.infer<S>) => unknown) =>
  (ports: PagePorts, body: unknown): unknown =>
    run(ports, shape.parse(body));

const Click = z.object({
  user,
  where: Where,
  action: z.string(),
  value: z.string().optional(),
  confirm: z.boolean().default(false),
});

export const PAGE_ACTIONS: Record<string, (ports: PagePorts, body: unknown) => unknown> = {
  greet: action(z.object({ language: z.enum(["en", "zh"]) }), ({ context }, { language }) =>
    greet(context, language),
  ),
  write: action(z.object({ user, channel: z.string(), text: z.string().min(1) }), write),
  click: action(Click, async ({ context }, { user, where, action, value, confirm }) => {
    const what = value === undefined ? action : { actionId: action, value };
    const { asked, sent } = await context.slack.click(user, where, what, { confirm });
    return { sent, asked };
  }),
  choose: action(
    z.object({ user, view: z.string(), action: z.string(), value: z.string() }),
    async ({ context }, { user, view, action, value }) => {
      await context.slack.choose(user, { view }, action, value);
    },
  ),
  submit: action(
    z.object({ user, view: z.string(), values: z.record(z.string(), z.string()) }),
    async ({ context }, { user, view, values }) => {
      const { errors } = await context.slack.submit(user, view, values);
      return { errors };
    },
  ),
  close: action(z.object({ user, view: z.string() }), async ({ context }, { user, view }) => {
    await context.slack.closeView(user, view);
  }),
  home: action(z.object({ user }), async ({ context }, { user }) => {
    await context.slack.openHome(user);
  }),
  shortcut: action(z.object({ user, id: z.string() }), async ({ context }, { user, id }) => {
    await context.slack.shortcut(user, id);
  }),
  jump: action(z.object({ to: z.enum(JUMPS) }), ({ context }, { to }) => jumpTo(context, to)),
  scenario: action(z.object({ id: z.string() }), ({ scenarios }, { id }) => scenarios.run(id)),
  startOver: action(z.object({}), startAnew),
};

async function startAnew({ scenarios, startOver }: PagePorts): Promise<void> {
  if (scenarios.running())
    throw new Refusal("Something is being tried: wait until it is done.", "正在试验中：请等它完成。");
  await startOver();
}

/** The line of a passkey is for who keeps the file: that is the playground. A line that starts with a slash is a command: ours goes to the bot, others Slack does not know. */
async function write(
  { context }: PagePorts,
  { user, channel, text }: { user: string; channel: string; text: string },
) {
  const passkey = readPasskeyLine(text);
  if (passkey) return addPasskey(context, passkey);
  const [, name, rest = ""] = /^(\/\S+)\s*([\s\S]*)$/.exec(text.trim()) ?? [];
  const where = channel.startsWith("D") ? "dm" : channel;
  if (name === undefined) return void context.slack.say(user, where, text);
  if (name !== "/karpor-access")
    throw new Refusal(
      `${name} is not a valid command here. Try /karpor-access.`,
      `${name} 在这里不是有效的命令，请试 /karpor-access。`,
    );
  await context.slack.command(user, where, rest);
}
