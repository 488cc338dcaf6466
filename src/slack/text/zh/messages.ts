/** 中文：一条申请的消息。Slack 认不出紧挨着汉字或全角标点的粗体和代码：粗体的状态独占一行，代码两侧留空格。全角标点两侧不留空格。 */
import { durationParts } from "../../../request/durations.ts";
import type { EndCause, HoldReason, OutcomeKind } from "../../../request/record.ts";
import type { messages as english } from "../en/messages.ts";
import type { Facts } from "../facts.ts";
import { HELD_BACK } from "./refusals.ts";

type Words = typeof english;
type Sentence = (f: Facts) => string;

const UNITS = { d: "天", h: "小时", m: "分钟" };
const span = (ms: number): string =>
  durationParts(ms)
    .map(([count, unit]) => `${count} ${UNITS[unit]}`)
    .join(" ");

const any = (names: readonly string[]): string => names.join("、") || "审批人";
const all = (names: readonly string[]): string => names.join("、");

const head = (state: string, rest: string): string => `*${state}：*\n${rest}`;

/** “8 小时” · “延长 1 小时” · “2 小时，自 明天 22:00 起” */
const time: Sentence = (f) =>
  `${f.isMore ? "延长 " : ""}${f.span}${f.startsAt ? `，自${f.startsAt} 起` : ""}`;
const lasting: Sentence = (f) => `${f.isMore ? "" : "时长 "}${time(f)}`;
const access: Sentence = (f) => `${f.hub} 的 ${f.role} 权限`;
const asked: Sentence = (f) =>
  `${f.who} 的 ${f.role} 权限（${time(f)}${f.asker ? `，由 ${f.asker} 替其申请` : ""}）`;
const asking: Sentence = (f) => (f.asker ? `${f.asker} 替 ${f.who} 申请` : `${f.who} 申请`);
const plainAccess: Sentence = (f) =>
  `${f.hubName} 的 ${f.roleName} 权限（${f.isMore ? "延长 " : ""}${f.span}${f.startsAt ? "，稍后开始" : ""}）`;

/** “，申请 4 小时中的 1 小时，由 @Bob 缩短” */
const shortening: Sentence = (f) =>
  f.askedSpan
    ? `，申请 ${f.askedSpan}中的 ${f.span}${f.shortenedBy ? `，由 ${f.shortenedBy} 缩短` : ""}`
    : "";

/** “@Alice 批准” */
const approved: Sentence = (f) => {
  if (f.isEmergency) return "未经审批";
  if (f.approvedBy) return `${f.approvedBy} 批准${shortening(f)}`;
  return f.rule === "" || f.rule === "none" ? "自动批准" : `规则“${f.rule}”自动批准`;
};
const approvedWhen: Sentence = (f) =>
  f.approvedBy && !f.isEmergency ? `${f.approvedBy} 于${f.approvedAt} 批准${shortening(f)}` : approved(f);
const reviewed: Sentence = (f) => (f.isEmergency ? `，事后须由他人复核：${f.reviewers}` : "");
const approvedState: Sentence = (f) => (f.isEmergency ? "已紧急提权" : "已批准");

const TROUBLE = {
  "hub-away": "Karpor 没有响应",
  "held-back": "管理员检查机器人的状态之前，暂不开通新的权限",
};
const trouble: Sentence = (f) => TROUBLE[f.trouble ?? "hub-away"];

const holdReason = ({ code, name }: HoldReason): string => HELD_BACK[code](name ?? "");
const heldBack: Sentence = (f) => `暂不开通新的权限：${f.heldBack.map(holdReason).join("；")}`;

/** “应于 20:03 结束，20:54 前收回” */
const endedWhen = (f: Facts, why: string): string => {
  if (!f.removedAt) return `已结束（${f.overAt}，${why}）`;
  return f.cause === "time"
    ? `应于${f.overAt} 结束，${f.removedAt} 前收回`
    : `已结束（${f.overAt}，${why}；${f.removedAt} 前收回）`;
};
const END_TROUBLE = {
  "hub-away": "在此之前 Karpor 没有响应。",
  "hub-refuses": "在此之前 Karpor 拒绝了收回。",
};
const lateness: Sentence = (f) => (f.removedAt && f.endTrouble ? END_TROUBLE[f.endTrouble] : "");

const cause: Record<EndCause, Sentence> = {
  time: () => "到期自动结束",
  holder: () => "由持有人结束",
  revoked: (f) => (f.overBy ? `${f.overBy} 撤销` : "已撤销"),
  lockdown: (f) => (f.isApprovalGone ? "提出申请或批准的人已被锁定" : "因锁定而结束"),
  leaked: () => "令牌泄露",
  left: () => "持有人已离开 Slack 或可申请的用户组",
  unused: () => "长时间没有使用",
  altered: () => "Karpor 上的授权被人改动",
  rotated: (f) => `${f.overBy || "运维人员"}收回了 Karpor 上的全部权限`,
  restored: () => "机器人的数据已从备份恢复",
  failed: () => "未能开通",
};
const ownCause: Record<EndCause, Sentence> = {
  ...cause,
  holder: () => "由你结束",
  leaked: () => "你报告令牌已泄露",
  left: () => "你不能再持有这个角色",
};

const proof: Sentence = (f) => {
  if (!f.provedAt) return "";
  if (f.cause === "restored") return "";
  if (!f.held) return "令牌从未发出。";
  return f.isProvedByProbe
    ? `Karpor 已拒绝该令牌（${f.provedAt} 验证）。`
    : `令牌的账号已从 Karpor 删除（${f.provedAt} 验证）。`;
};
const held: Sentence = (f) => (f.held ? `，${f.held}` : "");

const askingFor: Sentence = (f) => {
  if (f.isMore) return `${asking(f)}把 ${f.hub} 的 *${f.roleName}* 权限延长 *${f.span}*\n至${f.endsAt}`;
  const later = f.startsAt ? `\n自${f.startsAt} 起，至${f.endsAt}` : "";
  return `${asking(f)} ${f.hub} 的 *${f.roleName}* 权限，时长 *${f.span}*${later}`;
};

const card: Words["card"] = {
  terms: asked,
  waiting: (f) =>
    [askingFor(f), f.replaces ? `代替 ${f.replaces}，其令牌于${f.leakedAt} 泄露。` : ""]
      .filter(Boolean)
      .join("\n"),
  approvals: (f) =>
    f.approved === 0
      ? `须由 ${f.needed} 人分别批准。`
      : `${f.approvedBy} 已批准${shortening(f)}，还需 ${f.needed - f.approved} 人批准。`,
  scheduled: (f) =>
    f.heldBack.length > 0
      ? head("已批准，尚未开通", `${asked(f)}，${approvedWhen(f)}。\n${heldBack(f)}。`)
      : head("已批准，稍后开始", `${asked(f)}，${approvedWhen(f)}`),
  granting: (f) => head("已批准", `${asked(f)}，${approvedWhen(f)}。正在开通…`),
  trouble: (f) => head("已批准，尚未开通", `${asked(f)}，${approvedWhen(f)}。\n${trouble(f)}。`),
  active: (f) => head(`生效中，至${f.endsAt}`, `${asked(f)}，${approvedWhen(f)}`),
  emergency: (f) =>
    head(`紧急提权，至${f.endsAt}`, `${f.who} 取用了 ${f.hub} 的 *${f.roleName}* 权限，时长 ${f.span}。`),
  review: (f) =>
    f.reviewedBy
      ? `${f.reviewedBy} 于${f.reviewedAt} 复核：`
      : `未经审批。须由 ${f.who} 以外的人复核：${f.reviewers}`,
  ending: (f) =>
    f.cause === "revoked" && f.overBy
      ? head(`${f.overBy} 已撤销（${f.overAt}）`, `${asked(f)}，正在确认…`)
      : head("已结束，正在确认", `${asked(f)}，${cause[f.cause](f)}`),
  unconfirmed: (f) => head("已结束，尚未确认", `${asked(f)}，${cause[f.cause](f)}。`),
  ended: (f) =>
    head(
      endedWhen(f, cause[f.cause](f)),
      [`${asked(f)}${held(f)}，${approved(f)}`, lateness(f), proof(f)].filter(Boolean).join("\n"),
    ),
};

function closed(f: Facts, kind: OutcomeKind, terms: string, why = ""): string {
  const [state = "", usual = "", what = terms] = {
    denied: [`${f.overBy ? `${f.overBy} ` : ""}已拒绝（${f.overAt}）`],
    withdrawn: [f.asker ? `${f.overBy} 已撤回` : "已撤回"],
    unanswered: [`已过期（${f.overAt}）`, "", `无人在期限内审批 ${terms}`],
    refused: ["已关闭"],
    failed: ["未能开通", "没有授权。"],
    restored: ["已关闭", "机器人的数据已从备份恢复。此后发生的事这里没有记录；没有留下任何权限。"],
    ended: ["已结束"],
  }[kind];
  return head(state, [what, why || usual].filter(Boolean).join("\n"));
}

const own: Words["own"] = {
  terms: (f) => `${access(f)}，${lasting(f)}`,
  waiting: (f) => head("等待审批", `${access(f)}，${lasting(f)}${f.asker ? `，由 ${f.asker} 替你申请` : ""}`),
  waitsFor: (f) => `等待 ${f.approvers} 审批，${f.lapsesAt} 过期。`,
  reminded: () => "已提醒审批人。",
  scheduled: (f) =>
    f.heldBack.length > 0
      ? head(`${approvedState(f)}，尚未开通`, `${heldBack(f)}。开通后会把令牌发给你。`)
      : head(
          approvedState(f),
          `${access(f)}，${lasting(f)}，至${f.endsAt}（${approved(f)}）。开始时会发消息给你。`,
        ),
  granting: (f) => head(approvedState(f), `你在 ${access(f)}有效至${f.endsAt}（${approved(f)}）。正在开通…`),
  trouble: (f) => head(`${approvedState(f)}，尚未开通`, `${trouble(f)}。开通后会发消息给你。`),
  active: (f) =>
    head(
      approvedState(f),
      f.isMore
        ? `延长 ${f.span}，现在有效至${f.endsAt}（${approved(f)}）`
        : `你在 ${access(f)}有效至${f.endsAt}（${approved(f)}）${reviewed(f)}`,
    ),
  newToken: (f) => head("已重新生成令牌", `你在 ${access(f)}仍有效至${f.endsAt}，期限不变。`),
  newKey: (f) =>
    head("已重新生成令牌", `Karpor 已升级，旧令牌失效。你在 ${access(f)}仍有效至${f.endsAt}，期限不变。`),
  settingUp: () => "正在开通…",
  paste: () => "1 复制令牌（Token）；2 打开 Karpor；3 粘贴并登录。仅供你本人使用。",
  logsIn: () => "点击“打开 Karpor”即可登录。链接仅供你本人使用。",
  orPaste: () => "点击“打开 Karpor”即可登录，也可以在登录页粘贴此令牌（Token）。两者都仅供你本人使用。",
  follows: (id) => `接续 ${id}`,
  oldToken: (until) => `旧令牌有效至${until}。`,
  shortened: (until, button) => `Karpor 把这个令牌的有效期缩短至${until}，之后请点击“${button}”。`,
  hidden: (f) => head("令牌已隐藏", `权限有效至${f.endsAt}。`),
  reveal: () => "点击“显示令牌”会生成令牌，只显示给你，不留在任何消息中。",
  reminder: (f, left) => head(`还剩 ${left}`, `你在 ${access(f)}将于${f.endsAt} 到期。`),
  stillNeeded: (f) => `*还需要吗？*\n你在 ${access(f)}最近没有使用，将于${f.endsAt} 到期。`,
  ending: (f) => {
    if (f.cause === "revoked" && f.overBy)
      return head(`${f.overBy} 已撤销（${f.overAt}）`, `你在 ${access(f)}`);
    return f.endTrouble && !f.isRemoved
      ? head(`已于${f.overAt} 结束，尚未确认`, `你在 ${access(f)}，${ownCause[f.cause](f)}。`)
      : head("已结束，正在确认", `你在 ${access(f)}，${ownCause[f.cause](f)}`);
  },
  stops: (f) => {
    if (!f.held) return "";
    if (f.isRemoved) return "令牌会在 10 秒内失效。";
    return f.endTrouble ? `Karpor 没有响应；在${f.endsAt} 之前，令牌可能仍然有效。` : "";
  },
  unconfirmed: (f) =>
    head(
      "尚未确认",
      `你在 ${access(f)}本应于${f.overAt} 结束。Karpor 还没有确认；在${f.endsAt} 之前，你的令牌可能仍然有效。`,
    ),
  ended: (f) =>
    f.cause === "revoked" && f.overBy
      ? head(`${f.overBy} 已撤销（${f.overAt}）`, `你在 ${access(f)}${held(f)}`)
      : head(endedWhen(f, ownCause[f.cause](f)), `你在 ${access(f)}${held(f)}（${approved(f)}）`),
  proof: (f) => [lateness(f), proof(f)].filter(Boolean).join(""),
};

const asker: Words["asker"] = {
  waiting: (f) => head(`已替 ${f.who} 提交给 ${f.approvers}`, `${access(f)}，${lasting(f)}`),
  updates: () => "结果会告知你们两人，你们都不能审批。",
};

const call: Words["call"] = {
  nudge: (f) => head("仍待审批", `${f.approvers}：${asking(f)} ${access(f)}，${lasting(f)}`),
  fallback: (f, after) =>
    head(`${after}内无人审批`, `${f.approvers}：${asking(f)} ${access(f)}，${lasting(f)}`),
};
const notice: Words["notice"] = {
  unconfirmed: (f) =>
    head(
      "尚未确认",
      `${f.admins}：${f.who} 的 ${f.role} 权限本应于${f.overAt} 结束。Karpor 还没有确认；在${f.endsAt} 之前，令牌可能仍然有效。`,
    ),
  confirmed: (f) => head("已确认", `${f.who} 的 ${f.role} 权限已于${f.overAt} 结束。${proof(f)}`),
  leaked: (f) =>
    head("令牌泄露", `${f.admins}：${f.who} 报告自己在 ${f.hub} 的 ${f.role} 令牌已泄露。${proof(f)}`),
  notDelivered: (f) => head("未送达", `Slack 不允许我给 ${f.who} 发私信，因此没有为其开通 ${access(f)}。`),
};

const notification: Words["notification"] = {
  card: (f, reason) => `${asking(f)} ${plainAccess(f)}${reason ? `：${reason}` : ""}`,
  waiting: (f) => `等待审批：${plainAccess(f)}`,
  approved: (f) => `${approvedState(f)}：${plainAccess(f)}，${approved(f)}`,
  trouble: (f) => `已批准，尚未开通：${plainAccess(f)}`,
  active: (f) => `生效中：${plainAccess(f)}`,
  emergency: (f) => `紧急提权：${f.who} 取用了 ${plainAccess(f)}`,
  newToken: (f) => `已重新生成令牌：${f.hubName} 的 ${f.roleName} 权限`,
  hidden: (f) => `令牌已隐藏：${f.hubName} 的 ${f.roleName} 权限`,
  reminder: (f, left) => `还剩 ${left}：${f.hubName} 的 ${f.roleName} 权限`,
  stillNeeded: (f) => `还需要吗？${f.hubName} 的 ${f.roleName} 权限`,
  revoked: (f, words) => `${f.overBy} 撤销了你的 ${f.roleName} 权限${words ? `：${words}` : "。"}`,
  ended: (f) => `已结束：${f.hubName} 的 ${f.roleName} 权限`,
  notConfirmed: (f) => `尚未确认结束：${f.who} 在 ${f.hubName} 的 ${f.roleName} 权限`,
  closed: (f, kind) =>
    ({
      denied: `${f.overBy ? `${f.overBy} ` : ""}已拒绝：${plainAccess(f)}`,
      withdrawn: `已撤回：${plainAccess(f)}`,
      unanswered: `已过期：无人在期限内审批 ${plainAccess(f)}`,
      refused: `已关闭：${plainAccess(f)}`,
      failed: `未能开通：${plainAccess(f)}`,
      restored: `已关闭，机器人的数据已从备份恢复：${plainAccess(f)}`,
      ended: `已结束：${plainAccess(f)}`,
    })[kind],
  call: (f, after) =>
    `${f.approvers}：${after ? `${after}内无人审批` : "仍待审批"}，${asking(f)} ${plainAccess(f)}`,
  leaked: (f) => `令牌泄露：${f.who} 在 ${f.hubName} 的 ${f.roleName} 权限`,
  notDelivered: (f) => `未送达：${f.who} 在 ${f.hubName} 的 ${f.roleName} 权限`,
};

const about: Words["about"] = {
  roleFor: (role, who) => `${who} 的 ${role}`,
  dangers: (isEmergency, isWriting) =>
    [isEmergency ? "紧急提权" : "", isWriting ? "可写入" : ""].filter(Boolean).join(" · "),
  can: (description) => `权限范围：${description}`,
  confirm: (warning) => `*请注意：*\n${warning}`,
  firstRequest: "30 天内首次申请",
  grants: (count) => `30 天内获得过 ${count} 次权限`,
  last: (role, at, by) => `最近一次是${at}${by ? ` ${by} 批准` : ""}的 ${role}`,
  denied: (at, by, words) => `*${at} 被 ${by} 拒绝${words ? `：${words}` : ""}*`,
  reason: (words) => `申请理由：${words}`,
  expires: (at) => `${at} 过期`,
};

const button: Words["button"] = {
  approve: (span) => `批准 ${span}`,
  "approve-signed": (span) => `用通行密钥批准 ${span}…`,
  "approve-less": (span) => `仅 ${span}`,
  deny: () => "拒绝…",
  revoke: () => "撤销…",
  review: () => "复核…",
  withdraw: () => "撤回",
  remind: () => "提醒审批人",
  end: () => "立即结束",
  keep: () => "保留",
  more: () => "申请延长",
  hide: (link) => (link ? "隐藏链接" : "我已复制，隐藏"),
  "new-token": () => "重新生成令牌",
  leaked: () => "令牌泄露了",
  reveal: () => "显示令牌",
  "ask-again": () => "重新申请",
  change: () => "修改后重新申请",
  send: (span) => (span ? `改为申请 ${span}` : "提交这一条"),
  edit: () => "修改…",
  "end-approved": () => "全部结束…",
  unlock: () => "解锁…",
  "open-karpor": () => "打开 Karpor",
};

const confirm: Words["confirm"] = {
  end: {
    title: "结束权限",
    text: "权限和令牌会一并结束。Karpor 拒绝该令牌后会私信通知你。",
    yes: "立即结束",
    no: "继续使用",
  },
};

const lockdown: Words["lockdown"] = {
  everybody: "所有人",
  locked: (by, at, whom) =>
    head(
      `${by} 已锁定（${at}）`,
      whom ? `${whom} 没有任何权限，也不能获得权限。` : "没有人持有权限，也没有人能获得权限。",
    ),
  resting: (count) => `*以下 ${count} 项权限由其批准：*`,
  unreadable: (whom) =>
    head(
      "已锁定，但不知道由谁设置",
      `该记录已损坏，或不是由机器人写入。${whom || "所有人"} 在管理员解锁之前没有任何权限。`,
    ),
  unlocked: (by, at, whom) =>
    head(`${by} 已解锁（${at}）`, `${whom ? `${whom} ` : "所有人都"}可以重新申请。`),
};

const admins: Words["admins"] = {
  unrecorded: (count, hub, until, admins) =>
    head(
      `${count} 项没有记录的权限`,
      `位于 ${hub}${until ? `，最晚${until} 结束` : ""}。请 ${admins} 运行 \`npm run grants\` 列出并结束。`,
    ),
  unreadable: (count, hub, until, admins) =>
    head(
      `${count} 条记录无法读取`,
      `涉及 ${hub} 的申请${until ? `，其权限最晚${until} 结束` : ""}。有人改动了 Redis，或由更新的版本写入。请 ${admins} 用“撤销”或 \`npm run grants\` 结束。`,
    ),
  unreadableRing: (count, hub) => `${hub} 的 ${count} 条申请记录无法读取`,
  unrecordedRing: (count, hub) => `${hub} 上有 ${count} 项没有记录的权限。`,
  foreign: (count, hub) =>
    head(`${count} 个外来对象`, `位于 ${hub}，不是本机器人创建的，却授予了权限。请检查，并删除不应存在的。`),
  foreignRing: (count, hub) => `${hub} 上有 ${count} 个外来对象。`,
  checkSilent: (role, why, who) =>
    head(
      "公司核查服务没有响应",
      `恢复之前 ${role} 的新权限（包括紧急提权）不予受理。请 ${who} 查看，机器人遇到“${why}”。`,
    ),
  checkSilentRing: (role) => `公司核查服务没有响应：${role}`,
  checkAnswers: (role) => `*公司核查服务已恢复：*\n${role} 可以申请了。`,
  webhookFails: (why, who) =>
    head(
      "审计 webhook 失败",
      `机器人遇到“${why}”。记录按顺序等待，每条最多一天，之后跳过。请 ${who} 检查接收方。`,
    ),
  webhookFailsRing: "审计 webhook 失败。",
  webhookWorks: (skipped) => head("审计 webhook 已恢复", `跳过了 ${skipped} 条记录。`),
  unknownGroups: (count, who) =>
    head(
      `Slack 没有列出 ${count} 个用户组`,
      `配置中用到了它们。依赖它们的新申请不予受理，已提交的继续等待，已有的权限不受影响。请 ${who} 在 Slack 启用，或修改配置。`,
    ),
  unknownGroupsRing: (count) => `Slack 没有列出配置中的 ${count} 个用户组。`,
};

export const messages: Words = {
  span,
  any,
  all,
  card,
  closed,
  own,
  asker,
  call,
  notice,
  notification,
  about,
  button,
  confirm,
  lockdown,
  admins,
  over: (isReminder) => `*这条${isReminder ? "提醒" : "消息"}已过时：*\n不能再在这里操作。`,
};
