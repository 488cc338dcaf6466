/** What a visitor can do, by name: each takes JSON, and throws one sentence when it cannot be done. */
import { z } from "zod";
import type { Stage } from "../context.ts";
import { JUMPS, jumpTo } from "../scenarios/clock.ts";
import type { Dashboard } from "./dashboard.ts";
import type { Acts } from "./live.ts";

const Where = z.union([
  z.object({ channel: z.string(), ts: z.string() }),
  z.object({ view: z.string() }),
  z.object({ home: z.literal(true) }),
]);
const Choice = z.union([z.string(), z.array(z.string())]);
const user = z.string();

export interface Doer {
  stage: Stage;
  acts: Acts;
  dashboard: Dashboard;
}

const deed =
  <S extends z.ZodType>(shape: S, run: (doer: Doer, asked: z.infer<S>) => unknown) =>
  (doer: Doer, body: unknown): unknown =>
    run(doer, shape.parse(body));

const Click = z.object({
  user,
  where: Where,
  action: z.string(),
  value: z.string().optional(),
  confirm: z.boolean().default(false),
});

export const DEEDS: Record<string, (doer: Doer, body: unknown) => unknown> = {
  write: deed(z.object({ user, channel: z.string(), text: z.string().min(1) }), write),
  click: deed(Click, async ({ stage }, { user, where, action, value, confirm }) => {
    const what = value === undefined ? action : { actionId: action, value };
    const { asked, sent } = await stage.slack.click(user, where, what, { confirm });
    return { sent, asked };
  }),
  choose: deed(
    z.object({ user, where: Where, action: z.string(), choice: Choice }),
    async ({ stage }, { user, where, action, choice }) => {
      await stage.slack.select(user, where, action, choice);
    },
  ),
  submit: deed(
    z.object({ user, view: z.string(), values: z.record(z.string(), Choice) }),
    async ({ stage }, { user, view, values }) => {
      const { errors } = await stage.slack.submit(user, view, values);
      return { errors };
    },
  ),
  close: deed(z.object({ user, view: z.string() }), async ({ stage }, { user, view }) => {
    await stage.slack.closeView(user, view);
  }),
  home: deed(z.object({ user }), async ({ stage }, { user }) => {
    await stage.slack.openHome(user);
  }),
  jump: deed(z.object({ to: z.enum(JUMPS) }), ({ stage }, { to }) => jumpTo(stage, to)),
  act: deed(z.object({ id: z.string() }), ({ acts }, { id }) => acts.run(id)),
  login: deed(z.object({ token: z.string() }), ({ dashboard }, { token }) => dashboard.login(token)),
  visit: deed(z.object({ token: z.string() }), ({ dashboard }, { token }) => dashboard.visit(token)),
};

/** A line that starts with a slash is a command: ours goes to the bot, others Slack does not know. */
async function write(
  { stage }: Doer,
  { user, channel, text }: { user: string; channel: string; text: string },
) {
  const [, name, rest = ""] = /^(\/\S+)\s*([\s\S]*)$/.exec(text.trim()) ?? [];
  const where = channel.startsWith("D") ? "dm" : channel;
  if (name === undefined) return void stage.slack.say(user, where, text);
  if (name !== "/karpor-access") throw new Error(`${name} is not a valid command here. Try /karpor-access.`);
  await stage.slack.command(user, where, rest);
}
