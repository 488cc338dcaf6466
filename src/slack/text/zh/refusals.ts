/** 中文：操作不能进行时显示的原因和办法。 */
import type { HoldReason } from "../../../request/record.ts";
import type { refusals as english } from "../en/refusals.ts";

const notSent = (why: string): string => `*未提交：*\n${why}`;
const refused = (why: string): string => `*未受理：*\n${why}`;
const unchanged = (why: string): string => `*操作未生效：*\n${why}`;
const closed = (why: string): string => `*已关闭：*\n${why}`;
const failed = (why: string): string => `*未能开通：*\n${why}`;

/** 名单空缺时用 `usual`。 */
const only = (names: string, usual: string): string => `只有${names ? ` ${names} ` : usual}`;
const known = (id: string): string => (id ? `（${id.replaceAll("`", "")}）` : "");
const DID: Record<string, string> = {
  approved: "批准",
  denied: "拒绝",
  withdrawn: "撤回",
  reviewed: "复核",
  ended: "结束",
};
const ADMIN_DEED: Record<string, string> = {
  "revoke all": "撤销全部",
  "revoke unreadable": "撤销记录无法读取的权限",
  lockdown: "锁定",
  unlock: "解锁",
};

/** Why new access is not set up, below what it concerns. */
export const HELD_BACK: Record<HoldReason["code"], (name: string) => string> = {
  "not-looked": () => "Karpor 没有响应",
  "rbac-off": () => "Karpor 未启用权限检查",
  "clocks-apart": () => "Karpor 与机器人的时钟相差过大",
  "no-cluster-role": (name) => `Karpor 没有 ClusterRole \`${name}\``,
};

const isHoldCode = (code: string): code is HoldReason["code"] => Object.hasOwn(HELD_BACK, code);

export const refusals: typeof english = {
  "unknown-role": (gap) =>
    notSent(
      gap("nearest")
        ? `没有 ${gap("role")} 这个角色。你是想写 ${gap("nearest")} 吗？`
        : `没有 ${gap("role")} 这个角色。可以申请的角色：\n${gap("roles")}`,
    ),
  "bad-time": (gap) => notSent(`无法识别 ${gap("typed")}。请写成 8h、90m、2d 或 8小时。`),
  "bad-start": (gap) =>
    notSent(
      `${gap("typed") || gap("at")} 不是有效的开始时间。请写明将来的时间，例如：从 22:00、从明天 09:00、从 2026-12-24 09:00。`,
    ),
  "start-too-far": (gap) => notSent(`最多可以提前 ${gap("max")}申请，请选择更早的开始时间。`),
  "too-short": (gap) => notSent(`时长至少为 ${gap("min") || "1 分钟"}。`),
  "too-long": (gap) => notSent(`${gap("role")} 最长 ${gap("max")}，请缩短时长。`),
  "total-too-long": (gap) => notSent(`${gap("role")} 连同已有的时间最长 ${gap("max")}，请缩短时长。`),
  "reason-missing": (gap) =>
    notSent(`${gap("role") ? `申请 ${gap("role")} ` : ""}须写明理由，请补在命令末尾。`),
  "reason-pattern": (gap) => notSent(`申请 ${gap("role")} 的理由须包含：${gap("hint")}`),
  "reason-too-long": (gap) =>
    notSent(`理由过长${gap("limit") ? `，最多 ${gap("limit")} 个字符` : ""}，请缩短。`),
  "must-start-now": () => notSent("延长和紧急提权不能稍后开始，请不要写开始时间。"),
  "not-a-person": (gap) =>
    notSent(
      `${gap("typed") ? `${gap("typed")} 不是` : "这不是"} Slack 能识别的人。请输入 @ 并从列表中选人。`,
    ),
  "not-a-member": (gap) =>
    refused(
      gap("standing") === "guest"
        ? `${gap("user")} 是 Slack 访客账号，只有正式成员可以申请。`
        : `${gap("user")} 不是本工作区的正式成员，只有正式成员可以申请。`,
    ),
  "may-not-ask": (gap) =>
    refused(
      gap("role") ? `只有 ${gap("requesters")} 可以申请 ${gap("role")} 权限。` : "没有你可以申请的角色。",
    ),
  "rule-denies": (gap) => refused(gap("zh") || `规则“${gap("rule")}”不允许这项申请。`),
  "check-denies": (gap) => refused(`公司核查未通过${gap("words") ? `：${gap("words")}` : "。"}`),
  "check-failed": () => refused("公司核查没有响应，未经它同意不会授权。请稍后再试。"),
  "no-approver": (gap) =>
    refused(`目前 ${gap("approvers")} 中没有其他人可以审批 ${gap("role")} 权限，请告知 ${gap("admins")}。`),
  "already-held": (gap) =>
    gap("user")
      ? `*${gap("user")} 已有这项权限${gap("until") ? `，有效至${gap("until")}` : ""}。*`
      : `*你已有这项权限${known(gap("id"))}${gap("until") ? `，有效至${gap("until")}` : ""}：*\n可以申请延长。`,
  "already-open": (gap) =>
    gap("user")
      ? `*已有申请在进行中：*\n${gap("user")} 已申请 ${gap("role")} 权限。`
      : `*已有申请在进行中：*\n${gap("role") ? `${gap("role")} 的申请` : "这项申请"}尚未结束，可以撤回。`,
  "too-many-open": (gap) =>
    notSent(`进行中的申请已达上限${gap("limit") ? `（${gap("limit")} 条）` : ""}。请撤回一条，或等待结果。`),
  "too-many-grants": (gap) =>
    notSent(`同时持有的权限已达上限${gap("limit") ? `（${gap("limit")} 项）` : ""}。请先结束一项。`),
  "too-many-asks": (gap) =>
    notSent(`一小时内的申请已达上限${gap("limit") ? `（${gap("limit")} 次）` : ""}，请稍后再试。`),
  "no-emergency": (gap) =>
    refused(
      gap("role") ? `${gap("role")} 不能紧急提权，请照常申请。` : "没有你可以紧急提权的角色，请照常申请。",
    ),
  "not-for-others": (gap) =>
    refused(`不经审批的 ${gap("role")} 权限只能由本人取用，请 ${gap("user")} 自己申请。`),
  "emergency-stopped": (gap) =>
    refused(
      `上一次紧急提权${known(gap("id"))}已被他人结束，须由 ${gap("reviewers") || "复核人"} 复核后才能再次紧急提权。请照常申请。`,
    ),
  "too-many-emergencies": (gap) =>
    refused(`${gap("role")} 在 24 小时内最多紧急提权 ${gap("limit") || "若干"} 次。请照常申请。`),
  "unknown-request": (gap) =>
    gap("id")
      ? `*没有记录：*\n找不到申请 ${gap("id")} 的记录，请重新申请。`
      : `*没有这条申请：*\n请核对编号${gap("typed") ? ` ${gap("typed")} ` : ""}是否正确。`,
  "unreadable-request": (gap) =>
    unchanged(
      `申请${gap("id") ? ` ${gap("id")} ` : ""}的记录无法读取。Karpor 上的权限会按时结束；管理员可用 \`撤销 R-… 理由\` 提前结束。`,
    ),
  "already-decided": (gap) => {
    const did = DID[gap("how")];
    const by = gap("by");
    return `*已被处理：*\n${did && by ? `${by} 已${did}（${gap("at")}）` : "这条申请已有结果"}，本次点击未生效。`;
  },
  "approved-already": (gap) =>
    gap("state") ? "*你已经批准过了。*" : unchanged("你已经批准过，还需另一人批准。"),
  "over-by-then": (gap) => unchanged(`这段较短的时间${gap("until") ? `在${gap("until")} ` : ""}已经结束。`),
  "own-request": (gap) => unchanged(`不能审批自己提出的或给自己的申请，请由 ${gap("approvers")} 审批。`),
  "not-an-approver": (gap) => unchanged(`${only(gap("approvers"), "审批人")}可以操作。`),
  "not-an-admin": (gap) => `*只有管理员可以${ADMIN_DEED[gap("deed")]}。*`,
  "not-a-reviewer": (gap) =>
    unchanged(`${only(gap("reviewers"), "复核人")}可以复核，且不能复核自己的紧急提权。`),
  "not-yours": () => unchanged("这是别人的申请。"),
  "not-active": () => unchanged("目前没有这项权限，可用“状态”查看你的权限。"),
  "reminded-already": () => unchanged("距上次通知审批人不足 10 分钟，请稍后再试。"),
  "reveals-used-up": (gap) =>
    unchanged(`一小时内最多显示 ${gap("limit") || "10"} 次令牌。已复制的令牌可以继续使用。`),
  "locked-out": (gap) =>
    `*你已被锁定${gap("at") ? `（自${gap("at")} 起）` : ""}：*\n请联系 ${gap("admins")}。`,
  "no-passkeys-here": () => refused("此处未使用通行密钥：配置中没有相应的网页。"),
  "too-few-passkeys": (gap) =>
    refused(
      `${gap("role") ? `${gap("role")} ` : ""}有通行密钥的审批人不足${gap("needed") ? `：现有 ${gap("count")} 位，需 ${gap("needed")} 位批准` : ""}。审批人可用 \`通行密钥\` 命令创建，请告知管理员。`,
    ),
  "passkey-missing": (gap) =>
    unchanged(
      `${gap("role") || "此权限"} 需用通行密钥批准，你在此还没有通行密钥。可用 \`通行密钥\` 命令创建。`,
    ),
  "passkey-refused": () => unchanged("这不是你在此登记的通行密钥的签名。请用自己的通行密钥重试。"),
  "passkey-needed": (gap) =>
    unchanged(`${gap("role") || "此权限"} 需用通行密钥批准。请在卡片上重新按“批准”。`),
  "terms-changed": () => unchanged("申请内容已变化。请重新打开链接并核对。"),
  "link-over": () => unchanged("此链接已失效。请在 Slack 中重新按“批准”或输入命令。"),
  "locked-down": (gap) =>
    refused(
      `${gap("user") ? `${gap("user")} 的` : ""}权限已${gap("by") ? `被 ${gap("by")} ` : ""}锁定，管理员解锁前不能获得权限。`,
    ),
  "held-back": (gap) => {
    const code = gap("reason");
    return closed(
      `这条申请一直未能开通${isHoldCode(code) ? `：${HELD_BACK[code](gap("name"))}` : ""}。请重新申请。`,
    );
  },
  "role-changed": (gap) => closed(`${gap("role")} 的规则有变，权限已不同，请重新申请。`),
  "approval-gone": (gap) => closed(`${gap("role")} 的批准已不再有效，请重新申请。`),
  rotated: () => closed("管理员更换了机器人在 Karpor 上的凭证，所有申请随之关闭。请重新申请。"),
  "group-unknown": (gap) =>
    refused(`无法确认成员，因为 Slack 没有列出用户组 ${gap("group")}\n请告知管理员，之后再试。`),
  "dm-refused": () => failed("Slack 不允许我给持有人发私信，因此没有授权。请先打开与我的私信，再重新申请。"),
  "card-refused": () => failed("Slack 不允许我在审批频道发消息，因此没有人收到申请。请告知管理员。"),
  "redis-away": () => notSent("机器人暂时无法访问自己的记录，请一分钟后再试。"),
  "hub-away": () => notSent("Karpor 没有响应，申请没有保存。请一分钟后再试。"),
  "slack-away": () => notSent("Slack 没有响应，请一分钟后再试。"),
  "stale-lookup": () => unchanged("查询人员信息用时过长，请重试。"),
};
