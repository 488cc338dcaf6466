/** 中文：命令的回答与帮助。 */
import type { commands as english } from "../en/commands.ts";

export const commands: typeof english = {
  sent: (approvers) => `*已发送${approvers ? `给 ${approvers}` : ""}。* 结果会在我们的私信中告诉你。`,
  ending: "*正在结束。* Karpor 拒绝该令牌后，私信会告诉你。",
  revoked: (role, holder) => `*已收回：*\n${holder} 的 ${role}。令牌将在 10 秒内失效。`,
  revokedAll: (count) => `*已收回：*\n${count} 项权限或申请。`,
  mayAskAgain: (person) => `${person} 可以立即再次申请。锁定可以阻止，直到解除为止。`,
  lockedDown: (person) => `*已锁定：*\n${person || "所有人"}没有任何权限，管理员解锁前也无法获得。`,
  unlocked: (person) => `*已解锁：*\n${person || "所有人"}可以重新申请。已结束的权限不会恢复。`,
  makingToken: "*正在生成令牌…*",
  failed: "*失败：*\n机器人出错，详情见其日志。请重试，或告知管理员。",
  help: ({ command, hub, roles, example }) => [
    `*限时访问 ${hub}：*\n有人批准后，令牌（Token）会发到我们的私信，到期自动失效。`,
    `输入 \`${command} 角色 [时长] [理由…]\`，例如 \`${command} ${example} 查看搜索\`。角色：${roles}`,
    `\`${command} 状态\` 查看你的权限，\`${command} 结束\` 收回权限。`,
  ],
  moreHelp: (command) => [
    `*全部命令*，均写在 \`${command}\` 之后：`,
    [
      "`角色 [时长] [从 时间] [理由…]` 申请权限：`guest 8小时`、`guest 2天 从 明天 09:00`",
      "`替 @某人 角色 …` 替他人申请 · `紧急 角色 …` 无需等待批准",
      "`延长 [角色] [时长] [理由…]` 申请延长 · `结束 [角色]` 结束你的权限",
      "`状态` 你的权限与申请 · `历史 [@某人]` 过往记录 · `查看 R-…` 单个申请",
    ].join("\n"),
    [
      "审批人与管理员：`待审批` 等待审批的申请 · `生效中` 谁有权限",
      "`撤销 R-… 理由` · `撤销 全部 @某人|角色 理由` · `锁定 [@某人] 理由` · `解锁 [@某人]`",
    ].join("\n"),
    "时长写作 `90m`、`8小时`、`2天`、`1w` 或 `1h30m`；时间写作 `22:00`、`明天 09:00` 或 `2026-12-24 09:00`，按你的时区。",
  ],
  button: { "request-access": "申请权限", "help-more": "更多命令", lockdown: "锁定此人…" },
  view: { title: "Karpor 权限", close: "关闭" },
};
