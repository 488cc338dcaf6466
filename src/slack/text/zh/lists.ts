/** 中文：列表、一条申请的经过、主页。 */
import type { lists as english } from "../en/lists.ts";

const by = (who: string, did: string): string => (who ? `由 ${who} ${did}` : `已${did}`);

export const lists: typeof english = {
  status: { head: "*你的权限和申请：*", none: "*暂无权限或申请。*" },
  pending: { head: "*等你处理：*", none: "*没有等你处理的事项。*" },
  active: { head: "*生效中的权限：*", none: "*现在没有生效中的权限。*" },
  history: { head: "*你的申请：*", none: "*没有申请记录：*\n最近 90 天内没有申请。" },
  which: "*请选择哪一项：*",
  historyFor: (who) => `${who} 的申请：`,
  notShown: "*无法显示：*\n只有审批人和管理员可以查看。",
  own: (role, hub, until) => `*生效中，至${until}：*\n${hub} 的 ${role} 权限`,
  card: "卡片",
  approveOnCard: (card, channel) => `请在 ${channel} 的 ${card} 上批准`,
  newer: "较新",
  older: "较早",
  story: {
    asked: (who, asker) => (asker ? `${asker} 替 ${who} 申请` : `${who} 申请`),
    approved: (who) => by(who, "批准"),
    rule: (name) => `规则“${name}”自动批准`,
    automatic: "自动批准",
    emergency: "紧急提权",
    active: "开始生效",
    ended: (who) => by(who, "结束"),
    proved: "Karpor 已确认结束",
    closed: (kind, who) =>
      ({
        refused: "未受理",
        denied: by(who, "拒绝"),
        withdrawn: by(who, "撤回"),
        unanswered: "已过期，无人在期限内审批",
        failed: "未能开通",
        restored: "已关闭，机器人的数据已从备份恢复",
        ended: "已关闭",
      })[kind],
    reviewed: (who) => by(who, "复核"),
    withWords: (what, words) => `${what}：${words}`,
  },
};
