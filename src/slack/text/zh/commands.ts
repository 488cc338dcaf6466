/** 中文：命令的回答与帮助。 */
import type { commands as english } from "../en/commands.ts";

export const commands: typeof english = {
  unreadableEnded: (id) => `*已在 Karpor 上结束：*\n${id}，其记录无法读取。`,
  wordsUnread: (command) => `*我只读取命令：*\n私信里写的话我收不到。请输入 \`${command}\` 或点击按钮。`,
  sent: (approvers) => `*已提交给 ${approvers}：*\n结果会私信通知你。`,
  ending: "*正在结束：*\nKarpor 拒绝该令牌后会私信通知你。",
  revoked: (role, holder) => `*已撤销：*\n${holder} 的 ${role} 权限。Karpor 拒绝该令牌后，卡片会注明。`,
  revokedAll: (count) => `*已撤销：*\n共 ${count} 项权限和申请。`,
  mayAskAgain: (person, admins) =>
    `${person} 可以立即重新申请。如需阻止，请${admins ? `联系 ${admins} ` : ""}锁定此人。`,
  lockedDown: (person) =>
    person
      ? `*已锁定：*\n${person} 没有任何权限，管理员解锁前也不能获得权限。`
      : "*已锁定：*\n没有人持有权限，管理员解锁前也没有人能获得权限。",
  unlocked: (person) =>
    `*已解锁：*\n${person ? `${person} ` : "所有人都"}可以重新申请。已结束的权限不会恢复。`,
  makingToken: "*正在生成令牌…*",
  failed: "*失败：*\n机器人出错，详情见其日志。请重试，或告知管理员。",
  help: ({ command, hub, roles, example }) => [
    `*申请 ${hub} 的限时权限：*\n有人批准后，令牌（Token）会私信发给你，到期自动失效。`,
    `输入 \`${command} 角色 [时长] [理由…]\` 例如 \`${command} ${example} 查看搜索\`\n可以申请的角色有 ${roles}`,
    `用 \`${command} 状态\` 查看你的权限，用 \`${command} 结束\` 收回权限。`,
  ],
  moreHelp: (command) => [
    `*更多命令：*\n均写在 \`${command}\` 之后。`,
    [
      "`角色 [时长] [从 时间] [理由…]` 申请权限，例如 `guest 8小时` 或 `guest 2天 从明天 09:00`",
      "`替 @某人 角色 …` 替他人申请 · `紧急 角色 …` 紧急提权，不等审批",
      "`延长 [角色] [时长] [理由…]` 申请延长 · `结束 [角色]` 结束你的权限",
      "`状态` 你的权限与申请 · `历史 [@某人]` 过往记录 · `查看 R-…` 一条申请的经过",
    ].join("\n"),
    [
      "审批人与管理员：\n`待审批` 等待审批的申请 · `生效中` 谁有权限",
      "`撤销 R-… 理由` · `撤销 全部 @某人|角色 理由` · `锁定 @某人|所有人 理由` · `解锁 [@某人]` · `通行密钥` 创建通行密钥",
    ].join("\n"),
    "时长写作 90m、8小时、2天、1w 或 1h30m；时间写作 22:00、明天 09:00 或 2026-12-24 09:00，按你的时区。",
  ],
  button: { "request-access": "申请权限", "help-more": "更多命令", lockdown: "锁定此人…" },
  view: { title: "Karpor 权限", close: "关闭" },
};
