/** An honest Slack on one machine: the Web API, both ways of delivery, and people who type and click. */
import { createHttpDelivery, type Deliver, told } from "./delivery.ts";
import { createDriver } from "./driver/driver.ts";
import { removeMessage } from "./messages.ts";
import { observed } from "./observe.ts";
import { createPeople } from "./people.ts";
import { startServer } from "./server.ts";
import { createSockets, type Sockets } from "./socket.ts";
import type { CallFailure, LocalSlackOptions, RateLimit, SlackMessage } from "./types.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

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
  const server = await startServer(workspace, tokens, sockets, options.port ?? 0);
  const { deliver, deliverTo } = eitherWay(workspace, sockets);
  return {
    /** The SLACK_API_URL of the bot; ends with /api/. */
    apiUrl: `${server.origin}/api/`,
    bot: workspace.bot,
    /** Switches a test may flip at any time. */
    settings: workspace.settings,
    /** HTTP mode from now on; nothing for Socket Mode. */
    deliverTo,
    ...createDriver({ workspace, deliver, origin: server.origin }),
    ...observed(workspace),
    ...trouble(workspace),
    people: createPeople(workspace),
    socket: sockets,
    close: async (): Promise<void> => {
      sockets.close();
      await server.close();
    },
  };
}

const usualLimit: RateLimit = { perSecond: 1, burst: 3 };

function eitherWay(workspace: Workspace, sockets: Sockets) {
  let target: string | undefined;
  const overHttp = createHttpDelivery(workspace, () => target);
  const overEither: Deliver = (...sent) =>
    target === undefined ? sockets.deliver(...sent) : overHttp(...sent);
  const deliver = told(workspace, overEither);
  const deliverTo = (url: string | undefined): void => {
    target = url;
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
    /** An administrator of the workspace deletes a message. */
    remove: (message: SlackMessage): void => removeMessage(workspace, message),
    /** About one message a second a channel, as Slack; off unless switched on. */
    rateLimit: (limit: boolean | RateLimit): void => {
      workspace.settings.rateLimit = limit === true ? usualLimit : limit || undefined;
    },
  };
}
