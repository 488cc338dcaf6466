/** What people do in Slack, through the bot's outer doors; each resolves when the bot has taken it. */
import { CannotDo, type SlackMessage } from "../sandbox/slack/index.ts";
import { seenWithin } from "../sandbox/wait.ts";
import type { Transition } from "../src/domain/audit.ts";
import { GENERAL } from "./company.ts";
import type { MonthWorld } from "./world.ts";

/** Of real time. */
const TAKEN_WITHIN_MS = 4_000;
/** By whom else nobody hears of it. */
const HEARD_WITHIN_MS = 30_000;

export type Deeds = ReturnType<typeof createDeeds>;

export function createDeeds({ slack, sights, log, time }: MonthWorld) {
  /** What people were not answered. */
  const unanswered: string[] = [];
  /** Of the machine's time: `act`, and then the entry of the trail that comes of it, or what only this person is told. */
  async function answered(
    what: string,
    user: string,
    isIt: (entry: Transition) => boolean,
    act: () => Promise<unknown>,
  ): Promise<Transition | null> {
    const heard = Promise.withResolvers<void>();
    let entry: Transition | null = null;
    const stop = log.on((one) => {
      if (!isIt(one)) return;
      entry ??= one;
      heard.resolve();
    });
    const leave = slack.onEvent((change) => {
      if (change.kind === "ephemeral" && change.ephemeral.user === user) heard.resolve();
    });
    try {
      await act();
      if (!(await within(HEARD_WITHIN_MS, heard.promise)))
        unanswered.push(`${new Date(time.now()).toISOString()} ${what}`);
      await time.rest();
      return entry;
    } finally {
      stop();
      leave();
    }
  }
  /** Null where the button is gone: somebody was faster, or it is over. */
  async function at(
    user: string,
    action: string,
    id: string,
    act: (message: SlackMessage) => Promise<unknown>,
  ) {
    const message = sights.offers(action, id);
    if (!message) return null;
    return answered(
      `${user}: ${action} ${id}`,
      user,
      (entry) => entry.id === id,
      () => act(message),
    );
  }
  const closeAll = async (user: string) => {
    for (const left of slack.views(user).toReversed())
      await slack.closeView(user, left.id, { all: true }).catch(() => {});
  };
  const fill = async (user: string, values: Record<string, string>) => {
    // Without a button to send it: the bot says there why not.
    const modal = await slack.waitFor(() => slack.views(user).at(-1), TAKEN_WITHIN_MS).catch(() => null);
    if (modal?.submit) await slack.submit(user, modal.id, values);
    await closeAll(user);
  };
  return {
    unanswered,
    /** Resolves to the request's id; null where none was made. */
    async ask(user: string, text: string): Promise<string | null> {
      const act = () => slack.command(user, GENERAL, text);
      return (await answered(`${user} asks: ${text}`, user, isNewOf(user), act))?.id ?? null;
    },
    say: async (user: string, text: string): Promise<void> => {
      await slack.command(user, GENERAL, text);
      await time.rest();
    },
    click: (user: string, action: string, id: string) =>
      at(user, action, id, (message) => slack.click(user, message, action)),
    confirm: (user: string, action: string, id: string) =>
      at(user, action, id, (message) => slack.click(user, message, action, { confirm: true })),
    /** In the menu of the token's message. */
    choose: (user: string, action: string, id: string) =>
      at(user, action, id, (message) =>
        slack.select(user, message, "menu", choiceIn(message, action), { confirm: true }),
      ),
    /** By a modal that asks why. */
    explain: (user: string, action: string, id: string, why: string) =>
      at(user, action, id, async (message) => {
        await closeAll(user);
        await slack.click(user, message, action);
        await fill(user, { why });
      }),
    /** By its form, as it stands. */
    askMore: (user: string, id: string) => {
      const message = sights.offers("more", id);
      if (!message) return Promise.resolve(null);
      return answered(`more for ${id}`, user, isNewOf(user), async () => {
        await closeAll(user);
        await slack.click(user, message, "more");
        await fill(user, {});
      });
    },
    /** The trail says nothing of it. */
    async hide(user: string, id: string): Promise<void> {
      const message = sights.offers("hide", id);
      if (!message) return;
      await slack.click(user, message, "hide");
      await seenWithin(TAKEN_WITHIN_MS, () => !sights.offers("hide", id), 2);
      await time.rest();
    },
    /** A command that opens a modal, and what is written there. */
    async command(user: string, text: string, why: string): Promise<void> {
      await closeAll(user);
      await slack.command(user, GENERAL, text);
      await fill(user, { why });
      await time.rest();
    },
  };
}

const isNewOf =
  (user: string) =>
  ({ from, requester }: Transition): boolean =>
    from === null && requester === user;

async function within(ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  return Promise.race([work.then(() => true), late]).finally(() => clearTimeout(timer));
}

/** The whole value of the choice that names the action. */
function choiceIn({ blocks }: SlackMessage, action: string): string {
  const found = new RegExp(`"value":"(${action} [^"]+)"`).exec(JSON.stringify(blocks))?.[1];
  if (!found) throw new CannotDo(`No menu here has ${action}.`);
  return found;
}
