/** 中文：表单。标题至多 24 个字符。 */
import type { forms as english } from "../en/forms.ts";

export const forms: typeof english = {
  cancel: "取消",
  group: "指定的用户组",
  request: { title: "申请权限", submit: "提交" },
  emergency: {
    title: "紧急提权",
    submit: "立即取用",
    explain: "*紧急提权：*\n不经审批，事后须由他人复核。",
  },
  deny: { title: "拒绝申请", submit: "拒绝" },
  revoke: { title: "撤销权限", submit: "撤销", explain: "令牌会在 10 秒内失效。" },
  review: { title: "复核紧急提权", submit: "确认已复核" },
  more: { title: "申请延长", submit: "提交" },
  "new-token": {
    title: "重新生成令牌",
    submit: "重新生成令牌",
    explain: "新令牌会私信发给你。权限和到期时间不变。",
  },
  leaked: {
    title: "令牌泄露了",
    submit: "停用泄露的令牌",
    explain: "泄露的令牌会在 10 秒内失效，审批频道会收到通知，并为剩余的时间重新申请。",
    done: (id, approvers) =>
      id
        ? `*已停用泄露的令牌。*\n剩余时间已重新申请（${id}，由 ${approvers} 审批），并已通知审批频道。`
        : `*已停用泄露的令牌。*\n已通知审批频道；如需新的权限，请联系 ${approvers}。`,
  },
  lockdown: {
    title: "锁定",
    submit: "锁定",
    explain: (whom) =>
      whom
        ? `${whom} 会失去全部权限，管理员解锁前不能再获得权限。`
        : "*所有人都会失去权限。*\n管理员解锁前没有人能获得权限。",
  },
  "end-approved": {
    title: "结束其批准的权限",
    submit: "全部结束",
    explain: (whom) => `由 ${whom} 批准的权限会立即全部结束。`,
  },
  unlock: {
    title: "解锁",
    submit: "解锁",
    explain: (whom) => `${whom ? `${whom} ` : "所有人都"}可以重新申请。已结束的权限不会恢复。`,
  },
  hits: (accesses, requests) => `目前有 ${accesses} 项权限、${requests} 条待审批的申请。`,
  read: "我已阅读",
  inputs: {
    role: { label: "角色", hint: "" },
    time: { label: "时长", hint: "留空则为该角色的默认时长。" },
    other: { label: "其他时长", hint: "优先于上面的时长。可写 90m、8h、2d、1w、8小时、30分钟。" },
    start: { label: "开始时间", hint: "留空则批准后立即开始。可写 22:00、明天 09:00、2026-12-24 09:00。" },
    reason: { label: "理由", hint: "" },
    found: { label: "复核结果", hint: "" },
    confirm: { label: "申请之前", hint: "" },
    who: { label: "为谁申请", hint: "留空则为自己申请。" },
  },
};
