/** What a visitor can do, by name. Each action takes JSON, and throws one sentence when it can't be done. */
import { z } from "zod";
import type { PlaygroundContext } from "../context.ts";
import { setLanguage } from "../fixtures/config.ts";
import { Language, Refusal } from "../language.ts";
import { type Goal, jumpTo } from "../scenarios/clock.ts";
import type { Scenarios } from "../scenarios/index.ts";
import { confirmation } from "./view/elements.ts";

export interface Ports {
  context: PlaygroundContext;
  scenarios: Scenarios;
}

const user = z.string();
const Click = z.object({
  user,
  where: z.union([z.object({ channel: z.string(), ts: z.string() }), z.object({ view: z.string() })]),
  what: z.union([z.string(), z.object({ actionId: z.string(), value: z.string() })]),
  confirm: z.boolean().optional(),
});
const Field = z.object({ user, view: z.string(), action: z.string(), value: z.string() });
const Form = z.object({ user, view: z.string(), values: z.record(z.string(), z.string()) });
const Line = z.object({ user, channel: z.string(), text: z.string() });
const Visitor = z.object({ language: Language, zone: z.string() });

const action =
  <S extends z.ZodType>(shape: S, run: (ports: Ports, asked: z.infer<S>) => unknown) =>
  (ports: Ports, body: unknown): unknown =>
    run(ports, shape.parse(body));

export const PAGE_ACTIONS: Record<string, (ports: Ports, body: unknown) => unknown> = {
  greet: action(Visitor, greet),
  write: action(Line, write),
  click: action(Click, async ({ context }, { user, where, what, confirm }) => {
    const { asked, sent } = await context.slack.click(user, where, what, confirm ? { confirm } : {});
    return asked && !sent ? { confirmation: confirmation(asked).html } : {};
  }),
  choose: action(Field, async ({ context }, { user, view, action, value }) => {
    await context.slack.choose(user, { view }, action, value);
  }),
  submit: action(Form, async ({ context }, { user, view, values }) => {
    const { errors } = await context.slack.submit(user, view, values);
    const open = context.slack.views(user).find(({ id }) => id === view);
    if (open) open.errors = errors;
  }),
  close: action(z.object({ user, view: z.string() }), async ({ context }, { user, view }) => {
    await context.slack.closeView(user, view);
  }),
  jump: action(
    z.object({ to: z.enum(["reminder", "end"]) satisfies z.ZodType<Goal> }),
    ({ context }, { to }) => jumpTo(context, to),
  ),
  scenario: action(z.object({ id: z.string() }), ({ scenarios }, { id }) => scenarios.run(id)),
};

/** Everybody is in the visitor's time zone, and shared cards are in the visitor's language. */
async function greet({ context }: Ports, { language, zone }: z.infer<typeof Visitor>): Promise<void> {
  const { bot, slack, dir } = context;
  for (const { id, tz } of slack.directory.people.values())
    if (tz !== zone) await slack.people.change(id, { tz: zone });
  if (!setLanguage(dir, language)) return;
  await bot.kill();
  await bot.start();
}

/** A line that starts with a slash is a command. */
async function write({ context }: Ports, { user, channel, text }: z.infer<typeof Line>): Promise<void> {
  const [, name, rest = ""] = /^(\/\S+)\s*(.*)$/s.exec(text.trim()) ?? [];
  if (name === undefined) return void context.slack.say(user, channel, text);
  if (name !== "/karpor-access")
    throw new Refusal(
      `${name} isn’t a valid command here. Try /karpor-access.`,
      `${name} 在这里不是有效的命令，请试 /karpor-access。`,
    );
  await context.slack.command(user, channel, rest);
}
