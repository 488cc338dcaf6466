/** What passed between Slack, the bot and the hub, each in one line. Pure. */
import type { Call, JsonObject, SentPayload } from "../../sandbox/slack/index.ts";
import type { TrailLine } from "../fixtures/redis.ts";
import { asIs, type Said } from "../said.ts";

/** How a user or channel id reads; in English, where no language is given. */
export type Named = (id: string, lang?: keyof Said) => string;

export function payloadTitle({ kind, payload }: SentPayload, named: Named): Said {
  if (kind === "slash_commands") {
    const who = named(String(payload.user_id));
    const line = `${payload.command} ${payload.text}`;
    const channel = payload.channel_name === "directmessage" ? undefined : `#${payload.channel_name}`;
    return {
      en: `${who} sends ${line} in ${channel ?? "the DM"}`,
      zh: `${who} 在${channel ? ` ${channel} ` : "私信"}中发送 ${line}`,
    };
  }
  const { type, user, actions, view } = payload as {
    type: string;
    user?: { id: string };
    actions?: { text?: { text: string }; action_id: string }[];
    view?: { title?: { text: string } };
  };
  const who = named(user?.id ?? "");
  const pressed = actions?.[0]?.text?.text ?? actions?.[0]?.action_id;
  const form = `“${view?.title?.text}”`;
  const shortcut = String(payload.callback_id);
  const event = String((payload.event as JsonObject | undefined)?.type ?? type);
  if (type === "block_actions") return { en: `${who} presses ${pressed}`, zh: `${who} 点击“${pressed}”` };
  if (type === "shortcut")
    return { en: `${who} chooses the shortcut ${shortcut}`, zh: `${who} 选择快捷方式 ${shortcut}` };
  if (type === "view_submission") return { en: `${who} submits ${form}`, zh: `${who} 提交${form}` };
  return { en: `event ${event}`, zh: `事件 ${event}` };
}

export function callTitle({ method, args }: Call, named: Named): Said {
  const where = (lang: keyof Said) => (typeof args.channel === "string" ? named(args.channel, lang) : "");
  const [inEn, inZh] = [where("en"), where("zh")];
  const whom = ["user", "users", "usergroup"].map((key) => args[key]).find((id) => typeof id === "string");
  const who = whom === undefined ? "" : named(String(whom));
  const words = typeof args.text === "string" && args.text !== "" ? `“${args.text}”` : "";
  return {
    en: `${method}${inEn && ` in ${inEn}`}${who && ` of ${who}`}${words && `: ${words}`}`,
    zh: `${method}${inZh && `，${inZh}`}${who && `，查 ${who}`}${words && `：${words}`}`,
  };
}

export const changeTitle = ({ id, what, state }: TrailLine): Said =>
  asIs([id, what, state && `→ ${state}`].filter(Boolean).join(" "));

export function changedBy({ by }: TrailLine, named: Named): Said {
  const who = by === null ? { en: "the bot", zh: "机器人" } : asIs(named(by));
  return { en: `by ${who.en}`, zh: `由 ${who.zh}` };
}

/** Without what every path has. */
export const hubTitle = (method: string, path: string): string =>
  `${method} ${path.replace("/apis/rbac.authorization.k8s.io/v1/", "…/").replace("/api/v1/namespaces/", "…/")}`;
