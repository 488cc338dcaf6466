/** What people of the story do and see, in few words. */
import { buttonsOf, type SlackMessage, type View, visibleText } from "../../sandbox/slack/index.ts";
import { ALICE, APPROVALS, BOB, GENERAL, type World } from "./bot.ts";

export const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/;

export const tokenIn = (message: SlackMessage): string => TOKEN.exec(visibleText(message))?.[0] ?? "";

export const inputOf = (form: View): string => {
  const input = form.blocks.find(({ type }) => type === "input");
  return (input?.element as { action_id: string } | undefined)?.action_id ?? "no input";
};

export type Scene = ReturnType<typeof scene>;

export function scene(world: World) {
  const { slack } = world;
  const dm = (user: string, words: string, ms?: number) =>
    slack.waitFor(() => slack.dm(user).findLast((m) => visibleText(m).includes(words)), ms);
  const channel = (words: string, ms?: number) =>
    slack.waitFor(() => slack.messages(APPROVALS).findLast((m) => visibleText(m).includes(words)), ms);
  const whisper = (user: string, words: string) =>
    slack.waitFor(() => slack.ephemerals(user).findLast((m) => visibleText(m).includes(words)));
  const say = (user: string, text: string) => slack.command(user, GENERAL, text);
  return {
    dm,
    channel,
    whisper,
    say,
    /** Bob asks; resolves to the card. The reason tells it from others. */
    ask: async (text: string, reason: string, user = BOB) => {
      await say(user, `${text} ${reason}`);
      return channel(reason);
    },
    /** Asks, approves as Alice, and resolves to the message with the token. */
    get: async (text: string, reason: string, user = BOB) => {
      await say(user, `${text} ${reason}`);
      await slack.click(ALICE, await channel(reason), "approve");
      await world.until(async () =>
        (await world.records()).some((r) => r.reason === reason && r.state === "active"),
      );
      return slack.waitFor(() => slack.dm(user).findLast((m) => tokenIn(m) !== ""));
    },
    /** Waits until nothing stands on the hub, then jumps over the time that the proof takes: 11 s, or 13 without a probe. */
    proveEnd: async (user = BOB) => {
      await world.until(async () => (await world.records()).some((r) => r.state === "ending" && r.deletedAt));
      await world.jump(11_000);
      const isOver = async () => (await world.records()).every(({ state }) => state !== "ending");
      await world.until(isOver, 1_000).catch(() => world.jump(3_000));
      return slack.waitFor(() => slack.dm(user).findLast((m) => buttonsOf(m).includes("Ask again")));
    },
    /** Waits until trouble is noted, and jumps over the time for which nobody is told of it. */
    outlast: async () => {
      await world.until(async () => (await world.records()).some((r) => "outage" in r && r.outage));
      await world.jump(20_000);
    },
    /** Everything a person was ever shown in the DM. */
    everShown: (user: string) => {
      const open = slack.dm(user)[0]?.channel;
      return slack
        .history(open)
        .flatMap((m) => m.history.map((content) => visibleText(content)))
        .join("\n");
    },
    /** Names of our objects on the hub. */
    standing: async () => {
      const { serviceAccounts, clusterRoleBindings } = await world.hub.objects();
      return [...serviceAccounts, ...clusterRoleBindings]
        .map((o) => o.metadata.name)
        .filter((name) => /^karpor-access-.*-r-/.test(name));
    },
  };
}
