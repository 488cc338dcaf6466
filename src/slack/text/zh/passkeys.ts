/** 中文：通行密钥，Slack 中的提示与网页上的文字。网页上只用纯文字。 */
import type { passkeys as english } from "../en/passkeys.ts";

export const passkeys: typeof english = {
  confirm: (role, hub, span, who, until) =>
    `*请在浏览器中确认：*\n${who} 在 ${hub} 的 ${role} 权限，${span}。链接仅供你使用，有效至 ${until}。`,
  enrol: (until) => `*请在浏览器中创建通行密钥：*\n链接仅供你使用，有效至 ${until}。`,
  open: "打开",
  added: (whom) => `*新的通行密钥：*\n配置中新增了 ${whom} 的通行密钥。如有疑问，请从配置中移除。`,
  addedOwn: "*新的通行密钥：*\n配置中新增了你的通行密钥。如非你本人创建，请立即告知管理员。",
  page: {
    approve: "用通行密钥批准",
    who: "申请人",
    asker: "代为申请",
    role: "角色",
    time: "时长",
    span: (span, from, to) => (from ? `${span}，从 ${from} 至 ${to}` : span),
    more: (span, from, to) => `延长 ${span}，从 ${from} 至 ${to}`,
    on: (role, hub) => `${hub} 的 ${role}`,
    why: "理由",
    pressed: (at) => `你于 ${at} 在 Slack 中按下了“批准”。`,
    otherwise: "如果不是你本人，说明有人盗用了你的 Slack 会话：请勿签名，并告知管理员。",
    sign: "用通行密钥批准",
    approved: "已批准",
    oneMore: "你的批准已生效，还需另一人批准。可以关闭本页。",
    close: "可以关闭本页。",
    enrol: "创建通行密钥",
    about: (name) => `属于 ${name}。通行密钥由你的设备创建并保存，用于签署需要它的批准。`,
    create: "创建通行密钥",
    made: "通行密钥已创建",
    give: "请把这一行交给维护配置的人，对方会通过其他方式向你确认。它不是秘密。",
    refused: "无法进行",
    words: {
      copy: "复制",
      copied: "已复制。",
      elsewhere: "此浏览器不支持通行密钥。请在你的浏览器中打开：",
      cancelled: "设备没有签名，未做任何更改。可以重试。",
      exists: "此设备上已有你的通行密钥。",
      failed: "浏览器无法完成。请换一个浏览器打开链接。",
    },
  },
};
