/** What passed between Slack, the bot and the hub, each in one line. Pure. */
import type { Call, JsonObject, SentPayload } from "../../sandbox/slack/index.ts";

/** How a user or channel id reads. */
export type Named = (id: string) => string;

export function payloadTitle({ kind, payload }: SentPayload, named: Named): string {
  if (kind === "slash_commands") {
    const where = payload.channel_name === "directmessage" ? "in the DM" : `in #${payload.channel_name}`;
    return `${named(String(payload.user_id))} sends ${payload.command} ${payload.text} ${where}`;
  }
  const { type, user, actions, view } = payload as {
    type: string;
    user?: { id: string };
    actions?: { text?: { text: string }; action_id: string }[];
    view?: { title?: { text: string } };
  };
  const who = named(user?.id ?? "");
  if (type === "block_actions")
    return `${who} presses ${actions?.[0]?.text?.text ?? actions?.[0]?.action_id}`;
  if (type === "shortcut") return `${who} chooses the shortcut ${String(payload.callback_id)}`;
  if (type === "view_submission") return `${who} submits “${view?.title?.text}”`;
  if (type === "view_closed") return `${who} closes “${view?.title?.text}”`;
  return `event ${String((payload.event as JsonObject | undefined)?.type ?? type)}`;
}

export function callTitle({ method, args }: Call, named: Named): string {
  const where = typeof args.channel === "string" ? ` in ${named(args.channel)}` : "";
  const whom = ["user", "users", "usergroup"].map((key) => args[key]).find((id) => typeof id === "string");
  const about = whom === undefined ? "" : ` of ${named(String(whom))}`;
  const words = typeof args.text === "string" && args.text !== "" ? `: “${args.text}”` : "";
  return `${method}${where}${about}${words}`;
}

/** Without what every path has. */
export const hubTitle = (method: string, path: string): string =>
  `${method} ${path.replace("/apis/rbac.authorization.k8s.io/v1/", "…/").replace("/api/v1/namespaces/", "…/")}`;
