/** An honest Slack on one machine: the Web API, both ways of delivery, and people who type and click. */
import { createHttpDelivery, type Deliver, told } from "./delivery.ts";
import { createDriver } from "./driver/driver.ts";
import { removeMessage } from "./messages.ts";
import { observed } from "./observe.ts";
import { createPeople } from "./people.ts";
import { startServer } from "./server.ts";
import { createSockets, type Sockets } from "./socket.ts";
import type { CallFailure, LocalSlackOptions, SlackMeddler, SlackMessage } from "./types.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

export type { Deliver, Delivered, Kind } from "./delivery.ts";
export type { ClickResult } from "./driver/click.ts";
export type { CommandResult } from "./driver/command.ts";
export type { SubmitResult } from "./driver/modal.ts";
export type { What, Where } from "./driver/surface.ts";
export { CannotDo } from "./errors.ts";
export { buttonsOf, labelOf, visibleText } from "./read.ts";
export type * from "./types.ts";

export type LocalSlack = Awaited<ReturnType<typeof startLocalSlack>>;

export async function startLocalSlack(options: LocalSlackOptions) {
  const workspace = createWorkspace(options);
  const sockets = createSockets(workspace);
  const tokens = { bot: options.botToken, app: options.appToken };
  const server = await startServer(workspace, tokens, sockets, options);
  const { deliver, deliverTo } = eitherWay(workspace, sockets);
  return {
    /** The SLACK_API_URL of the bot; ends with /api/. */
    apiUrl: `${server.origin}/api/`,
    bot: workspace.bot,
    /** Switches a test may flip at any time. */
    settings: workspace.settings,
    /** HTTP mode from now on, or a way of one's own; nothing for Socket Mode. */
    deliverTo,
    ...createDriver({ workspace, deliver, origin: server.origin }),
    ...observed(workspace),
    ...trouble(workspace),
    people: createPeople(workspace, deliver),
    close: async (): Promise<void> => {
      sockets.close();
      await server.close();
    },
  };
}

function eitherWay(workspace: Workspace, sockets: Sockets) {
  let way = sockets.deliver;
  const deliver = told(workspace, (...sent) => way(...sent));
  const deliverTo = (target: string | Deliver | undefined): void => {
    if (typeof target === "string") way = createHttpDelivery(workspace, () => target);
    else way = target ?? sockets.deliver;
  };
  return { deliver, deliverTo };
}

function trouble(workspace: Workspace) {
  return {
    /** The next `times` calls of a method ("*" for any) fail in this way. */
    failNext: (method: string, failure: CallFailure, times = 1): void => {
      workspace.failures.push({ method, failure, times });
    },
    clearFailures: (): void => {
      workspace.failures.length = 0;
    },
    /** Asked at each call from now on. */
    meddle: (meddler: SlackMeddler | undefined): void => {
      workspace.meddler = meddler;
    },
    /** An administrator of the workspace deletes a message. */
    remove: (message: SlackMessage): void => removeMessage(workspace, message),
  };
}
