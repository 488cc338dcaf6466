/** What people of the stories do and see, in few words. */
import { hubClient } from "../../sandbox/hub/client.ts";
import { buttonsOf, type SlackMessage, type View, visibleText } from "../../sandbox/slack/index.ts";
import type { Block } from "../../sandbox/slack/types.ts";
import { SECOND } from "../../src/request/durations.ts";
import type { Request } from "../../src/request/record.ts";
import { keysFor } from "../../src/store/keys.ts";
import { eventually } from "./eventually.ts";
import { ALICE, APPROVALS, BOB, GENERAL, people } from "./people.ts";
import type { World } from "./world.ts";

export { buttonsOf, visibleText };

/** An API server that is no Karpor hub has no login: it says so to whom RBAC lets pass. */
const LOGINS = new Map([
  [200, "good"],
  [404, "good"],
  [403, "unbound"],
  [401, "dead"],
] as const) as ReadonlyMap<number, "good" | "unbound" | "dead">;

const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/;
/** Of the message, or of a link in it. */
export const tokenIn = ({ blocks }: { blocks?: Block[] }): string =>
  TOKEN.exec(JSON.stringify(blocks ?? []))?.[0] ?? "";

/** The action_id of a form's first input. */
export const inputOf = (form: View): string => {
  const input = form.blocks.find(({ type }) => type === "input");
  return (input?.element as { action_id: string } | undefined)?.action_id ?? "no input";
};

/** Slack's people and groups are again as they were; what was looked up before counts for 15 s. */
async function restorePeople({ slack, jump }: World): Promise<void> {
  const { directory } = slack;
  const gone = people.people.filter(({ id }) => directory.people.get(id)?.deleted);
  const changed = people.groups.filter(
    ({ id, members }) => directory.groups.get(id)?.members.join() !== members.join(),
  );
  for (const { id } of gone) await slack.people.change(id, { deleted: false });
  for (const { id, members } of changed) await slack.people.setGroup(id, members);
  if (gone.length + changed.length > 0) await jump(16 * SECOND);
}

export function sceneOf(world: World) {
  const { slack } = world;
  const handleFor = (user: string) => `@${slack.directory.people.get(user)?.name}`;
  const last = (messages: SlackMessage[], words: string) =>
    messages.findLast((message) => visibleText(message).includes(words));
  const scene = {
    say: (user: string, text: string, channel = GENERAL) => slack.command(user, channel, text),
    dm: (user: string, words: string) => slack.waitFor(() => last(slack.dm(user), words)),
    card: (words: string) => slack.waitFor(() => last(slack.messages(APPROVALS), words)),
    whisper: (user: string, words: string) =>
      slack.waitFor(() => slack.ephemerals(user).findLast((one) => visibleText(one).includes(words))),
    form: (user: string) => slack.waitFor(() => slack.views(user).at(-1)),
    /** Asks, and resolves to the card; the reason tells it from others. */
    async ask(line: string, reason: string, user = BOB) {
      await scene.say(user, `${line} ${reason}`);
      return scene.card(reason);
    },
    /** Asks, has it approved, and resolves to the message with the token. */
    async get(line: string, reason: string, user = BOB, approver = ALICE) {
      await slack.click(approver, await scene.ask(line, reason, user), "approve");
      const { id } = await scene.record((one) => one.reason === reason && one.state === "active");
      return scene.tokenOf(user, id);
    },
    /** The newest message with a token, of this request where one is named. */
    tokenOf: (user: string, id = "") =>
      slack.waitFor(() =>
        slack.dm(user).findLast((message) => tokenIn(message) !== "" && visibleText(message).includes(id)),
      ),
    /** Presses *More*, and resolves to the form with all its inputs. */
    async unfold(user: string) {
      const { id } = await scene.form(user);
      await slack.click(user, { view: id }, "unfold");
      return slack.waitFor(() =>
        slack
          .views(user)
          .find((view) => view.id === id && view.blocks.some((one) => one.block_id === "other")),
      );
    },
    /** Resolves when a record is like this. */
    record: (like: (request: Request) => boolean) =>
      eventually(async () => (await world.records()).find(like)),
    /** Resolves when what was asked for this reason is in this state. */
    because: (reason: string, state: Request["state"]) =>
      scene.record((one) => one.reason === reason && one.state === state),
    /** Writes into the first input of the form that is open, and sends it. */
    async fill(user: string, words: string) {
      const form = await scene.form(user);
      return slack.submit(user, form.id, { [inputOf(form)]: words });
    },
    /** Waits until the account is gone, jumps over the 11 s of the proof, and resolves to the closed record. */
    async proveEnd(id: string) {
      await scene.record((one) => one.id === id && one.ending?.deletedAt != null);
      await world.jump(14 * SECOND);
      return scene.record((one) => one.id === id && one.state === "closed");
    },
    /** Names of the accounts and bindings of requests on the hub. */
    async onHub() {
      const { serviceAccounts, clusterRoleBindings } = await world.hub.objects();
      const names = [...serviceAccounts, ...clusterRoleBindings].map(({ metadata }) => metadata.name);
      return names.filter((name) => /-r-[0-9a-z]{10}$/.test(name));
    },
    /** What a token opens now. */
    async login(token: string) {
      const ask = hubClient(world.hub);
      try {
        const { status } = await ask("GET", "/rest-api/v1/authn", { token });
        const said = LOGINS.get(status);
        if (!said) throw new Error(`The login answered ${status}.`);
        return said;
      } finally {
        await ask.close();
      }
    },
    /** A real API server goes on by this machine's time: it forgets a token that was used after 10 s. */
    isDead: (token: string) =>
      eventually(async () => (await scene.login(token)) === "dead", world.isReal ? 15_000 : 0),
    /** After each story of a world: faults are over, and an admin ends whatever is open or locked. */
    async clear() {
      slack.meddle(undefined);
      slack.clearFailures();
      await restorePeople(world);
      for (const whom of await world.commands.hkeys(keysFor("test").lockdowns))
        await scene.say(ALICE, `unlock ${whom === "everybody" ? "" : handleFor(whom)} the story is over`);
      await eventually(async () => {
        const open = (await world.records()).filter(({ state }) => state !== "closed");
        for (const user of new Set(open.map(({ requester }) => requester)))
          await scene.say(ALICE, `revoke all ${handleFor(user)} the story is over`);
        if (open.length > 0) await world.jump(14 * SECOND);
        return open.length === 0;
      });
    },
    /** Everything that is visible to anybody in Slack now. */
    visible: () =>
      slack
        .history()
        .filter(({ deleted }) => !deleted)
        .map(visibleText)
        .join("\n"),
  };
  return scene;
}

export type Scene = ReturnType<typeof sceneOf>;
