/** What Slack, the phone and the message box say by themselves, in each language. */
import type { ChromeWords } from "../types.ts";
import type { Reader } from "./reader.ts";

const EN = {
  lang: "en" as const,
  left: "Whose Slack is on the left",
  right: "Whose Slack is on the right",
  places: "Channels and apps",
  messages: "Messages",
  home: "Home",
  noHome: "karpor-access has drawn nothing here yet.",
  phone: "Locked phone",
  messageTo: "Message",
  send: "Send",
  onlyYou: "Only visible to you",
  replies: (count: number) => (count === 1 ? "1 reply" : `${count} replies`),
  unread: "unread",
  newHere: "This is the very beginning of your messages with karpor-access.",
  app: "APP",
  channels: "Channels",
  directMessages: "Apps",
  locked: "locked",
  quiet: "no notifications",
  close: "Close",
  copy: "Copy",
  copied: "Copied",
  choose: "Choose…",
  optional: " (optional)",
  failed: "failed with the error",
  shortcut: "",
  command: "",
};

type Words = Omit<typeof EN, "lang"> & ChromeWords;

const ZH: Words = {
  lang: "zh-CN",
  left: "左侧是谁的 Slack",
  right: "右侧是谁的 Slack",
  places: "频道和应用",
  messages: "消息",
  home: "主页",
  noHome: "karpor-access 还没有在这里显示内容。",
  phone: "锁屏手机",
  messageTo: "发消息给",
  send: "发送",
  onlyYou: "仅对你可见",
  replies: (count) => `${count} 条回复`,
  unread: "未读",
  newHere: "这是你与 karpor-access 的消息的开始。",
  app: "应用",
  channels: "频道",
  directMessages: "应用",
  locked: "已锁定",
  quiet: "没有通知",
  close: "关闭",
  copy: "复制",
  copied: "已复制",
  choose: "请选择…",
  optional: "（选填）",
  failed: "失败，出现错误",
  shortcut: "申请 Karpor 权限",
  command: "角色 [8小时] [理由] · 帮助 · 状态 · 结束：申请 Karpor 限时权限",
};

export const chromeFor = ({ zh }: Pick<Reader, "zh">): Words => (zh ? ZH : EN);
