/** 中文。Bold needs a space on both sides of it: Slack does not see its end between Chinese characters. */
import type { Person } from "../../domain/person.ts";
import type { Refusal } from "../../domain/refusal.ts";
import { type Formatter, name } from "./formatter.ts";
import type { Words } from "./index.ts";
import { inSentence } from "./text.ts";
import {
  type AtInput,
  type ByAction,
  type ByRefusal,
  type ByStanding,
  type ByState,
  roleOf,
} from "./wording.ts";
import { zhAlarms } from "./zh-alarms.ts";
import { zhAllowance } from "./zh-allowance.ts";
import { beforeVerb, zhGrammar } from "./zh-grammar.ts";
import { zhHome } from "./zh-home.ts";
import { zhHubAlarms } from "./zh-hub-alarms.ts";
import { zhLists } from "./zh-lists.ts";
import { zhLockdown } from "./zh-lockdown.ts";
import { zhPhrases, zhRequest } from "./zh-request.ts";
import { zhStory } from "./zh-story.ts";
import { zhUse } from "./zh-use.ts";

const { span } = zhGrammar;
const { APPROVER, time, what, asking, asks, theirs, changed, closedFor, mine } = zhPhrases;
const { already, approver, denies, tokenComes } = zhPhrases;

const standing: ByStanding = {
  member: "这个账号不能申请权限",
  guest: "本工作区的访客不能获得权限",
  bot: "机器人不能获得权限",
  stranger: "其他工作区的人员不能获得权限",
  deactivated: "已停用的账号不能获得权限",
};

const states: ByState = {
  requested: "待审批",
  pending: "待审批",
  refused: "未受理",
  withdrawn: "已撤回",
  timedOut: "已过期",
  denied: "已拒绝",
  scheduled: "已提前批准",
  approved: "正在开通",
  delivering: "正在开通",
  active: "生效中",
  ending: "正在结束",
  ended: "已结束",
  extending: "正在延长",
  extended: "已延长",
};

const lateVerb = {
  approved: "批准",
  denied: "拒绝",
  withdrawn: "撤回",
  timedOut: "过期",
  refused: "驳回",
  ended: "结束",
};

const allowForm = (fmt: Formatter): string => `${fmt.command} 允许 @某人 角色 4小时 为期 3天 理由`;

/** Between a word and a time, which begins with a digit in plain words. */
const gap = (fmt: Formatter): string => (fmt.rich ? "" : " ");

/** "Alice 已于 14:02 批准", "你已于 14:02 批准". */
function doneBy(by: Person | undefined, at: number, verb: string, fmt: Formatter): string {
  const who = by ? (fmt.isReader(by) ? "你" : name(by)) : "有人";
  const space = fmt.rich && (!by || fmt.isReader(by)) ? "" : " ";
  return `${who}${space}${already(at, verb, fmt)}`;
}

function asBefore({ of, what: term }: Extract<Refusal, { kind: "changed-since" }>): string {
  const isGone = term === "role-gone";
  return {
    request: "在卡片上批准或拒绝，即关闭这条申请。",
    access: `现有的权限可用到结束为止${isGone ? "。" : "；如需更久，请先结束，再重新申请。"}`,
    allowance: `请撤回${isGone ? "。" : "后重新允许。"}`,
  }[of];
}

const refusal: ByRefusal = {
  "unknown-role": ({ role, roles, line }, fmt) =>
    `${fmt.b("未发送：")} 没有 ${fmt.code(role)} 这个角色。${
      line
        ? `是不是 ${fmt.code(roleOf(line))} 写错了？`
        : roles.length > 0
          ? `你可以申请： ${roles.slice(0, 15).map(fmt.code).join(" / ")}`
          : "目前没有你可以申请的角色。"
    }`,
  "bad-duration": ({ text }, fmt) =>
    `${fmt.b("未发送：")} ${fmt.code(text)} 不是有效的时长。请写明多久：90m、8h、2d 或 8小时。`,
  "time-last": ({ text }, fmt) =>
    `${fmt.b("未发送：")} ${fmt.code(text)} 写在了理由之后。请把时长写在理由之前；如果它是理由的一部分，也请先写明时长。`,
  "bad-start": ({ text }, fmt) =>
    `${fmt.b("未发送：")} ${fmt.code(text)} 不是有效的开始时间。请在时长之后写明：从22:00、从明天09:00 或从2026-11-27 09:00；如果它是理由的一部分，请在前面再加几个字。`,
  "start-last": ({ text }, fmt) =>
    `${fmt.b("未发送：")} ${fmt.code(text)} 写在了理由之后。如果权限要到那时才开始，请写在理由之前；如果它是理由的一部分，请在后面再加几个字。`,
  "start-past": ({ at }, fmt) =>
    `${fmt.b("未发送：")} 这个开始时间${fmt.rich ? `（${fmt.when(at)}）` : ""}已经过去。请写明将来的时间；不写则立即开始。`,
  "start-too-far": ({ max }, fmt) => `${fmt.b("未发送：")} 最多可以提前 ${span(max)}申请。`,
  "no-such-time": ({ text, zone }, fmt) =>
    `${fmt.b("未发送：")} ${fmt.code(zone)} 的时钟届时会拨快，没有 ${fmt.code(text)} 这个时刻。请改用在它之前或之后的时间。`,
  "zone-unknown": (_, fmt) =>
    `${fmt.b("未发送：")} 无法从 Slack 得知你的时区。请在表单中选择，或写明与 UTC 的时差： ${fmt.code(`从2026-11-27T09:00+08:00`)}`,
  "emergency-starts-now": (_, fmt) =>
    `${fmt.b("未发送：")} 紧急取用会立即开始。如果是以后才需要，请照常申请。`,
  "too-short": ({ min }, fmt) => `${fmt.b("未发送：")} 时长至少为 ${span(min)}。`,
  "too-long": ({ role, max, emergency }, fmt) =>
    `${fmt.b("未发送：")} ${fmt.code(role)} ${emergency ? "紧急取用时" : ""}最长 ${span(max)}。`,
  "no-emergency": ({ role, roles }, fmt) =>
    `${fmt.b("未发送：")} ${fmt.code(role)} 不能紧急取用。${
      roles.length > 0
        ? `可以紧急取用： ${roles.slice(0, 15).map(fmt.code).join(" / ")}`
        : "没有可以紧急取用的角色，请照常申请。"
    }`,
  "no-reason": ({ role, emergency }, fmt) =>
    `${fmt.b("未发送：")} ${emergency ? "紧急取用" : `申请 ${fmt.code(role)} `}必须写明理由，请补在命令末尾。`,
  "reason-too-long": ({ max }, fmt) => `${fmt.b("未发送：")} 理由超过了 ${max} 个字符。下面是它的开头：`,
  "reason-form": ({ role, hint }, fmt) =>
    `${fmt.b("未发送：")} 申请 ${fmt.code(role)} 的理由须包含${inSentence(hint.zh)}。`,
  "unknown-command": ({ word, line }, fmt) =>
    `${fmt.b("未发送：")} 没有 ${fmt.code(word)} 这个命令。你想输入的可能是： ${fmt.code(line)}`,
  "other-command": ({ given }, fmt) =>
    `${fmt.b("未发送：")} Slack 应用中的 ${fmt.code(given)} 与本机器人的命令 ${fmt.code(fmt.command)} 不一致，请告知管理员。`,
  "status-of-others": (_, fmt) =>
    `${fmt.b("未发送：")} 这里只能查看你自己的状态。结束他人的权限： ${fmt.code(`${fmt.command} 撤销 @…`)}`,
  "unknown-target": ({ word }, fmt) =>
    `${fmt.b("操作未生效：")} ${fmt.code(word)} 既不是申请编号，也不是 Slack 能识别的人。请输入 ${fmt.code(
      `${fmt.command} 撤销 @`,
    )} 并从列表中选人，或写明编号（R-…）。`,
  "allow-whom": (_, fmt) => `${fmt.b("未发送：")} 请写明允许谁，并从列表中选人： ${fmt.code(allowForm(fmt))}`,
  "bad-period": ({ text }, fmt) =>
    text === ""
      ? `${fmt.b("未发送：")} 请在理由之前写明有效期，例如“为期 3天”： ${fmt.code(allowForm(fmt))}`
      : `${fmt.b("未发送：")} ${fmt.code(text)} 不是有效的时长。请写明有效期：为期 8小时、为期 3天。`,
  "period-limits": ({ min, max }, fmt) =>
    `${fmt.b("未发送：")} 预先允许的有效期至少 ${span(min)}，最长 ${span(max)}。`,
  "reasonless-allowance": (_, fmt) => `${fmt.b("未发送：")} 请在末尾写明理由： ${fmt.code(allowForm(fmt))}`,
  "nothing-to-allow": ({ role }, fmt) =>
    `${fmt.b("未发送：")} ${fmt.code(role)} 无须审批，因此没有可以预先允许的内容。`,
  "allow-oneself": (_, fmt) => `${fmt.b("未受理：")} 不能预先允许自己，请由其他审批人来做。`,
  "may-not-allow": ({ role, approvers: by }, fmt) =>
    `${fmt.b("操作未生效：")} ${fmt.code(role)} 只有 ${fmt.any(by, APPROVER)}可以这样做。`,
  "unknown-allowance": ({ word }, fmt) =>
    `${fmt.b("操作未生效：")} ${fmt.code(word)} 已不在预先允许之列，请用 ${fmt.code(`${fmt.command} 已允许`)} 查看。`,
  "allowance-late": ({ did, by, at }, fmt) =>
    did === "over"
      ? `${fmt.b("操作未生效：")} 预先允许${gap(fmt)}${already(at, "到期", fmt)}。`
      : `${fmt.b("已被处理：")} ${doneBy(by, at, did === "withdrawn" ? "撤回" : "允许", fmt)}，本次点击未生效。`,
  "for-whom": ({ word }, fmt) =>
    `${fmt.b("未发送：")} ${word ? `${fmt.code(word)} 不是 Slack 能识别的人。` : ""}请输入 ${fmt.code(
      `${fmt.command} 替 @`,
    )} 并从列表中选人，再写角色、时长和理由。`,
  "for-oneself": (_, fmt) => `${fmt.b("未发送：")} 这个人就是你自己。为自己申请，请直接写：`,
  "not-for-others": ({ role, recipient, emergency }, fmt) =>
    `${fmt.b("未发送：")} ${emergency ? "紧急权限" : `${fmt.code(role)} `}无需事先审批，请 ${fmt.who(recipient)} 自行申请： ${fmt.code(
      `${fmt.command} ${emergency ? "紧急 " : ""}${role}`,
    )}`,
  "open-already": ({ id, role, state, recipient }, fmt) => {
    const now = states[state as keyof ByState] ?? "进行中";
    return recipient
      ? `${fmt.b("未发送：")} ${fmt.who(recipient)} 已有 ${fmt.code(role)} 的申请 ${id}（${now}）。`
      : `${fmt.b("未发送：")} ${fmt.code(role)} 的申请 ${id} 尚未结束（${now}）。请用 ${fmt.code(`${fmt.command} 状态`)} 查看。`;
  },
  "too-much-more": ({ role, most }, fmt) =>
    `${fmt.b("未发送：")} ${fmt.code(role)} 权限${most > 0 ? `最多还能延长 ${span(most)}` : "不能再延长"}。`,
  "yours-already": ({ id, role, until }, fmt) =>
    `${fmt.b("你已有这项权限：")} ${fmt.code(role)} ${fmt.rich ? fmt.untilDay(until) : `${fmt.untilDay(until)}到期`}（${id}）。`,
  "window-taken": ({ other, role, from, until, recipient, deciding }, fmt) => {
    const who = recipient ? `${fmt.who(recipient)} ` : deciding ? "对方" : "你";
    const time = fmt.rich ? `自 ${fmt.when(from)} ${fmt.until(until)} ` : "";
    const held = `${who}${time}已有 ${fmt.code(role)} 权限（${other}），与此时间重叠`;
    return deciding
      ? `${fmt.b("操作未生效：")} ${held}。请批准较短的时长，或拒绝。`
      : `${fmt.b("未发送：")} ${held}。请改用在它之前或之后的时间。`;
  },
  "not-served": (r, fmt) => `${fmt.b("未受理：")} ${standing[r.standing]}。`,
  "may-not-ask": ({ role, who }, fmt) =>
    `${fmt.b("未受理：")} ${fmt.code(role)} 仅供 ${fmt.any(who, "指定人员")}申请。`,
  "may-not-break-glass": ({ role, who }, fmt) =>
    `${fmt.b("未受理：")} 只有 ${fmt.any(who, "指定人员")}可以紧急取用 ${fmt.code(role)} 权限，请照常申请。`,
  "not-reviewed-yet": ({ id, role, missing }, fmt) =>
    `${fmt.b("未受理：")} 你上一次紧急取用 ${fmt.code(role)} 的记录（${id}）还差 ${missing} 人复核。在此之前请照常申请。`,
  "not-reviewer": ({ reviewers }, fmt) =>
    `${fmt.b("操作未生效：")} 只有 ${fmt.any(reviewers, "指定人员")}可以复核。`,
  "own-emergency": (_, fmt) => `${fmt.b("操作未生效：")} 你的紧急取用须由其他人复核。`,
  "reviewed-already": ({ at }, fmt) =>
    `${fmt.b("操作未生效：")} 你${gap(fmt)}${already(at, "复核", fmt)}，还需另一人复核。`,
  "nothing-to-review": ({ id }, fmt) => `${fmt.b("操作未生效：")} ${id} 的复核已经结束。`,
  "rule-denies": ({ role, rule, say }, fmt) => `${fmt.b("未受理：")} ${denies(rule, fmt.code(role), say)}。`,
  "too-many-grants": ({ max, at, recipient, deciding }, fmt) =>
    deciding
      ? `${fmt.b("操作未生效：")} 对方在这段时间里已有 ${max} 项授权，已达数量上限。请等其中一项结束后再批准，或拒绝。`
      : `${fmt.b("未发送：")} ${recipient ? `${fmt.who(recipient)} ` : "你"}已有 ${max} 项授权或待审批的申请，已达数量上限${
          at === undefined ? "" : `；最早的一项${gap(fmt)}${fmt.at(at)} 结束`
        }。`,
  "too-many-requests": ({ max, at }, fmt) =>
    `${fmt.b("未发送：")} 一小时内最多申请 ${max} 次${at === undefined ? "" : `，请${gap(fmt)}${fmt.at(at)} 再申请`}。`,
  "check-denied": ({ role, say }, fmt) =>
    `${fmt.b("未受理：")} 公司对 ${fmt.code(role)} 的核查没有通过：${fmt.quoted(say)}`,
  "check-silent": ({ role, how }, fmt) =>
    `${fmt.b("未受理：")} 公司对 ${fmt.code(role)} 的核查${
      how === "no-answer"
        ? "没有应答；没有它的答复就不会提交审批，请稍后再试。"
        : "给出的答复不可信，按未通过处理。请告知管理员。"
    }`,
  "nobody-can-approve": (
    { role, approvers: by, needed = 1, able = 0, outside = 0, channel = "", recipient },
    fmt,
  ) => {
    const there = able === 0 ? "没有人" : `只有 ${able} 人`;
    const you = recipient ? `你和 ${fmt.who(recipient)} ` : "你";
    const lack =
      needed > 1
        ? `须由 ${fmt.any(by, APPROVER)}中的 ${needed} 人批准，而除${you}之外目前${there}可以审批`
        : `需要 ${fmt.oneOf(by, APPROVER)}批准，而除${you}之外目前没有人可以审批`;
    const missed = outside ? `另有 ${outside} 位审批人不在 ${fmt.channel(channel, "审批频道")} 中。` : "";
    return `${fmt.b("未受理：")} ${fmt.code(role)} ${lack}。${missed}`;
  },
  "not-approver": ({ approvers: by }, fmt) =>
    `${fmt.b("操作未生效：")} 只有 ${fmt.any(by, APPROVER)}可以审批这条申请。`,
  "own-request": ({ approvers: by, deciding }, fmt) =>
    deciding === "deny"
      ? `${fmt.b("操作未生效：")} 不能拒绝自己的申请。如不再需要，请在私信中撤回。`
      : `${fmt.b("操作未生效：")} 不能批准自己的申请。已请 ${fmt.any(by, APPROVER)}审批。`,
  "not-yours": ({ id }, fmt) => `${fmt.b("操作未生效：")} ${id} 是别人的申请。`,
  late: ({ did, by, at }, fmt) =>
    did === "timedOut" || !by
      ? `${fmt.b("已被处理：")} 这条申请${gap(fmt)}${already(at, lateVerb[did], fmt)}，本次点击未生效。`
      : `${fmt.b("已被处理：")} ${doneBy(by, at, lateVerb[did], fmt)}，本次点击未生效。`,
  "terms-changed": (term, fmt) => `${fmt.b(closedFor(term))} ${changed(term, fmt.code(term.role))}。`,
  "changed-since": (term, fmt) =>
    `${fmt.b("操作未生效：")} ${changed(term, fmt.code(term.role))}。${asBefore(term)}`,
  "rules-differ": (_, fmt) => `${fmt.b("操作未生效：")} 权限规则刚刚更改，尚未在各处生效。请一分钟后再试。`,
  "locked-down": ({ by, at, reason }, fmt) =>
    `${fmt.b("操作未生效：")} ${beforeVerb(fmt.who(by))}已锁定全部访问（${fmt.when(at)}）；管理员解锁之前，不发放也不审批任何权限。理由：${fmt.quoted(reason)}`,
  "not-locked-down": (_, fmt) =>
    `${fmt.b("未能锁定：")} 机器人的存储和 Karpor 都没有响应。请立即重试，并直接在 Karpor 上结束权限。`,
  "not-locked": (_, fmt) => `${fmt.b("操作未生效：")} 访问没有被锁定。`,
  "lock-unknown": (_, fmt) =>
    `${fmt.b("操作未生效：")} 机器人的存储中没有锁定记录，但 Karpor 可能仍记得一次锁定，目前没有响应。在它恢复之前不会发放任何权限；恢复后请再次输入。`,
  "unlock-why": (_, fmt) =>
    `${fmt.b("操作未生效：")} 请写明为什么可以解锁： ${fmt.code(`${fmt.command} 解锁 理由`)}`,
  "all-of-what": ({ word, roles }, fmt) =>
    `${fmt.b("操作未生效：")} ${word ? `${fmt.code(word)} 既不是角色，也不是 Slack 能识别的人。` : ""}请写明要结束谁的或哪个角色的权限： ${fmt.code(
      `${fmt.command} 撤销 全部 @某人 理由`,
    )} 或 ${fmt.code(`${fmt.command} 撤销 全部 ${roles[0] ?? "角色"} 理由`)}`,
  "nothing-in-scope": (_, fmt) => `${fmt.b("无可撤销：")} 目前没有这样的权限。`,
  "not-admin": ({ admins }, fmt) => `${fmt.b("操作未生效：")} 只有 ${fmt.any(admins, "管理员")}可以这样做。`,
  "token-coming": (_, fmt) =>
    `${fmt.b("操作未生效：")} 新令牌已在准备，会发到我们的私信。之前的令牌已失效，或会在 10 秒内失效。`,
  "too-many-tokens": ({ max, at }, fmt) =>
    `${fmt.b("操作未生效：")} 一小时内最多换 ${max} 次令牌，请${gap(fmt)}${fmt.at(at)} 再试。如果令牌已泄露，点“立即结束”即可马上停用。`,
  "not-ready-yet": (_, fmt) =>
    `${fmt.b("尚未就绪：")} 权限正在开通，请稍后在私信中最新的消息上再点“显示令牌”。`,
  "too-many-shows": ({ max, at }, fmt) =>
    `${fmt.b("无法显示：")} 一小时内最多显示 ${max} 次令牌，请${gap(fmt)}${fmt.at(at)} 再试。你现有的权限照常使用。`,
  "not-allowed-now": ({ role }, fmt) =>
    `${fmt.b("没有新令牌：")} 按今天的规则，你不能获得 ${fmt.code(role)} 权限。仍有效的令牌可用到结束为止；如已没有，请点“立即结束”后重新申请。`,
  "hub-away": (_, fmt) =>
    `${fmt.b("无法显示：")} Karpor 暂无响应。你现有的权限照常使用，请一分钟后再点“显示令牌”。`,
  "stands-unknown": (_, fmt) =>
    `${fmt.b("操作未生效：")} Karpor 暂无响应，而机器人的记录可能落后于那里的实际情况。请一分钟后再试。`,
  "held-back": (_, fmt) =>
    `${fmt.b("操作未生效：")} 管理员确认可以安全授权之前，暂不发放新令牌。你现有的权限照常使用。`,
  "not-hidden-yet": (_, fmt) => `${fmt.b("尚未隐藏：")} Slack 尚未将其移除，消息中仍有令牌，我们会继续重试。`,
  "not-less": ({ role, duration }, fmt) =>
    `${fmt.b("操作未生效：")} 这并不少于所申请的 ${fmt.code(role)} 权限（${span(duration)}）。`,
  "not-lower": ({ role }, fmt) =>
    `${fmt.b("操作未生效：")} 不能改为 ${fmt.code(role)} 权限：它并不更低，或不由你审批，或可审批的人不够，或对方不能申请。`,
  "held-already": ({ role }, fmt) =>
    `${fmt.b("操作未生效：")} 对方已有 ${fmt.code(role)} 权限，或正在等待审批。`,
  "approved-already": ({ at, missing }, fmt) =>
    `${fmt.b("操作未生效：")} 你${gap(fmt)}${already(at, "批准", fmt)}，还需 ${missing} 人批准。`,
  "reminded-already": ({ at }, fmt) => `${fmt.b("操作未生效：")} ${already(at, "提醒过", fmt)}，只提醒一次。`,
  stale: ({ id }, fmt) => `${fmt.b("操作未生效：")} 这个按钮出现之后 ${id} 又有改动，请使用最新的消息。`,
  "unknown-request": ({ id }, fmt) => `${fmt.b("操作未生效：")} 没有编号为 ${fmt.code(id)} 的申请。`,
  "nothing-restored": (_, fmt) =>
    `${fmt.b("操作未生效：")} 已经没有需要确认的内容。如果新的权限仍被暂停，原因见机器人的 /status。`,
  unreadable: ({ id }, fmt) =>
    `${fmt.b("操作未生效：")} 机器人无法读取 ${id} 的记录：它由机器人的另一个版本写入，或者已经损坏。它的授权仍会按时结束；管理员可以在 Karpor 上立即结束它。`,
  "may-not-see": ({ role }, fmt) =>
    role === undefined
      ? `${fmt.b("无法显示：")} 他人的权限只有审批人和管理员可以查看。你自己的请用 ${fmt.code(`${fmt.command} 状态`)} 查看。`
      : `${fmt.b("无法显示：")} 只有审批人和管理员可以查看 ${fmt.code(role)} 的持有人。`,
  "unknown-filter": ({ word, command }, fmt) =>
    `${fmt.b("无法显示：")} ${fmt.code(word)} 既不是角色，也不是 Slack 能识别的人。请输入 ${fmt.code(
      `${fmt.command} ${command} @`,
    )} 并从列表中选人。`,
  "no-story": ({ word }, fmt) =>
    word === ""
      ? `${fmt.b("无法显示：")} 请写明申请编号： ${fmt.code(`${fmt.command} 查看 R-…`)} 编号可用 ${fmt.code(`${fmt.command} 历史`)} 查看。`
      : `${fmt.b("无法显示：")} 没有你可以查看的申请 ${fmt.code(word)}`,
  "lists-behind": (_, fmt) => `${fmt.b("尚未就绪：")} 机器人还在读取自己的历史记录，请一分钟后再试。`,
  "nothing-to-revoke": ({ who }, fmt) =>
    `${fmt.b("无可撤销：")} ${who ? `${fmt.user(who, "对方")} ` : "你"}目前没有生效的权限。`,
  "look-up-failed": (_, fmt) =>
    `${fmt.b("操作未生效：")} 暂时无法从 Slack 确认谁有权这样做，请一分钟后再试。`,
  "slack-busy": (_, fmt) => `${fmt.b("操作未生效：")} Slack 要求稍候，请一分钟后再试。`,
  "store-down": (_, fmt) => `${fmt.b("操作未生效：")} 机器人暂时无法访问存储，请一分钟后再试。`,
  unsure: (_, fmt) =>
    `${fmt.b("尚不确定：")} 存储没有及时响应。再次操作之前，请先用 ${fmt.code(`${fmt.command} 状态`)} 查看。`,
  other: (_, fmt) => `${fmt.b("未受理：")} 原因由机器人的另一个版本写明，当前版本无法显示。`,
};

const atInput: AtInput = {
  "time-last": ({ text }, fmt) =>
    `${fmt.code(text)} 写在了理由之后。请在这里选择时长；如果它是理由的一部分，也请选择时长。`,
  "no-reason": ({ role, emergency }, fmt) =>
    `${emergency ? "紧急取用" : `申请 ${fmt.code(role)} `}必须写明理由。`,
  "reason-too-long": ({ max }) => `理由超过了 ${max} 个字符。`,
};

const button: ByAction = {
  approve: "批准",
  approveNote: "批准并附言…",
  less: "批准较少权限",
  lessen: "批准较少权限…",
  deny: "拒绝…",
  withdraw: "撤回",
  nudge: "提醒审批人",
  release: "立即结束",
  keep: "保留",
  revoke: "撤销…",
  review: "复核…",
  more: "申请延长",
  hide: "我已复制，隐藏",
  reveal: "显示令牌",
  newToken: "换新令牌",
  leaked: "令牌泄露了",
  again: "再次申请",
  edit: "修改…",
  change: "修改后再次申请",
  send: "发送这一行",
  run: "发送这一行",
  open: "打开 Karpor",
  goOn: "继续使用这个 Redis",
  allowToo: "一并允许",
  disallow: "撤回",
  end: "结束…",
  story: "查看经过",
  nextPage: "下一页",
  previousPage: "上一页",
  firstPage: "第一页",
  ask: "申请…",
};

export const zh: Words = {
  grammar: zhGrammar,
  ...zhRequest,
  alarms: zhAlarms,
  allowance: zhAllowance,
  lists: zhLists,
  home: zhHome,
  story: zhStory,
  refusal,
  atInput,
  button,
  label: (visible, role, who, id) => `${visible}：${who ? `${who} 的 ` : ""}${role}${id ? `，${id}` : ""}`,
  cardText: (f, reason, fmt) => `${asking(f, name)} ${what(f, fmt)}${reason ? `：${reason}` : ""}`,
  goneOn: (fmt) =>
    `${fmt.b("已确认：")} 机器人将继续使用这个 Redis。新的权限恢复开通；恢复之前提出的申请不会开通。`,
  confirmedBy: (who) => `由 ${who} 确认`,
  gone: (fmt) => `${fmt.b("已过时：")} 这条消息已不能再操作。`,
  asked: {
    checking: (f, fmt) =>
      `${fmt.b("正在核对：")} ${what(f, fmt)}。暂时无法从 Slack 得知谁可以申请，结果会在私信中告知。`,
    sent: (f, fmt) =>
      f.askedBy
        ? `${fmt.b(`已替 ${fmt.who(f.requester)} 提交给 ${fmt.any(f.approvers, APPROVER).trim()}。`)} 令牌只发给对方，结果也会在私信中告知你。`
        : `${fmt.b(`已提交给 ${fmt.any(f.approvers, APPROVER).trim()}。`)} 结果会在私信中告知。`,
    emergency: (f, fmt) =>
      `${fmt.b("已紧急取用：")} ${what(f, fmt)}。${tokenComes(f)}，频道里的人会收到通知。`,
    scheduled: (f, fmt) =>
      `${fmt.b("已批准：")} ${what(f, fmt)}（${approver(f, fmt)}）。开始后${tokenComes(f)}。`,
    allowed: (f, fmt) =>
      `${fmt.b(`${fmt.people(f.deciders)} 已预先允许：`)} ${what(f, fmt)}。${tokenComes(f)}。`,
    approved: (f, fmt) => `${fmt.b("已批准：")} ${what(f, fmt)}（${approver(f, fmt)}）。${tokenComes(f)}。`,
  },
  only: (time) => `仅 ${time}`,
  nudge: (f, fmt) => `${fmt.b("仍待审批：")} ${asking(f, name)} ${what(f, fmt)}。`,
  fallback: (f, fmt) =>
    `${fmt.b("尚无人审批，也请你们审批：")} ${asking(f, name)} ${what(f, fmt)}。请使用上方卡片中的按钮。`,
  closes: (f, fmt) => `审批期限 ${fmt.when(f.closesAt)}`,
  decidedBy: (f, fmt, named) =>
    `除 ${[f.requester, ...(f.askedBy ? [f.askedBy] : [])].map(name).join("、")} 外，${named ? fmt.any(f.approvers, APPROVER) : APPROVER}均可审批`,
  allows: (description) => `权限范围：${description}`,
  deniedBecause: "拒绝的理由：",
  approvedWith: "审批人附言：",
  revokedBecause: "撤销的理由：",
  paste: "1 复制令牌（Token） · 2 打开 Karpor · 3 粘贴，登录。仅供你本人使用。",
  shortened: (most) => `Karpor 最多允许 ${most}，因此会比你申请的时间更早结束。`,
  confirm: {
    release: {
      title: "结束权限",
      text: "现在就结束你的权限吗？令牌会在大约 10 秒内失效。",
      yes: "立即结束",
      no: "继续使用",
    },
    newToken: {
      title: "换新令牌",
      text: "要换一个令牌吗？现有的令牌会在大约 10 秒内失效，权限不变。如果是泄露，审批频道会收到通知。",
      yes: "继续",
      no: "保留",
    },
    disallow: {
      title: "撤回预先允许",
      text: "要撤回吗？之后的申请不再凭此通过；已生效的权限照常使用。",
      yes: "撤回",
      no: "保留",
    },
    goOn: {
      title: "继续使用这个 Redis",
      text: "确定没有更新的 Redis 副本可以恢复吗？此前的申请将被关闭，无法撤回。",
      yes: "继续",
      no: "暂不",
    },
  },
  done: {
    approved: (f, fmt) =>
      `${fmt.b("已批准：")} ${theirs(f, fmt)}${f.begun ? "正在开通" : `（${time(f, fmt)}）`}。`,
    counted: (f, fmt) =>
      `${fmt.b(`你已批准（${f.approvals.length}/${f.count}）：`)} ${theirs(f, fmt)}，还需其他人批准。`,
    reviewed: (f, fmt) => `${fmt.b("已复核：")} ${theirs(f, fmt)}（紧急取用）。`,
    denied: (f, fmt) => `${fmt.b("已拒绝：")} ${theirs(f, fmt)}。申请人会看到理由。`,
    withdrawn: zhRequest.waiting.withdrawn,
    hidden: zhRequest.token.hidden,
    kept: (f, fmt) => `${fmt.b("已保留：")} ${theirs(f, fmt)}，有效至 ${fmt.when(f.endsAt)}。`,
    newToken: (f, fmt) =>
      f.atAClick
        ? `${fmt.b("新令牌：")} 在私信中点“显示令牌”即可得到${theirs(f, fmt)}的新令牌。之前的令牌会在 10 秒内失效。`
        : `${fmt.b("新令牌：")} ${theirs(f, fmt)}的新令牌会发到我们的私信。之前的令牌会在 10 秒内失效。`,
    leaked: (f, fmt) =>
      f.atAClick
        ? `${fmt.b("令牌泄露：")} 它会在 10 秒内失效，频道会收到通知。在私信中点“显示令牌”即可得到${theirs(f, fmt)}的新令牌。`
        : `${fmt.b("令牌泄露：")} 它会在 10 秒内失效，频道会收到通知。${theirs(f, fmt)}的新令牌会发到我们的私信。`,
    ending: (f, fmt) =>
      f.proof === "unstarted"
        ? `${fmt.b("已撤销：")} ${theirs(f, fmt)}。权限尚未开始。`
        : `${fmt.b("正在结束：")} ${theirs(f, fmt)}。令牌会在大约 10 秒内失效。`,
  },
  help: {
    head: (hub, fmt, example) =>
      example
        ? `${fmt.b(`Karpor ${hub} 的访问权限。`)} 依次输入角色、时长、理由： ${fmt.code(`${fmt.command} ${example}`)}`
        : `${fmt.b(`Karpor ${hub} 的访问权限。`)} 目前没有你可以申请的角色。`,
    reason: "检查搜索页面",
    time: (most, usual) => `最长 ${most}，不写时长则为 ${usual}`,
    reasonNeeded: (hint) => (hint ? `须写明理由：${hint}` : "须写明理由"),
    byPolicy: "按策略自动批准",
    approvedBy: (by, within) => `由 ${by}在 ${within}内审批`,
    approvedBySome: (count, by, within) => `由 ${by}中的 ${count} 人在 ${within}内审批`,
    emergency: (by, most) => `紧急时 ${by}可立即取用，最长 ${most}`,
    askedBy: (who) => `限 ${who}申请`,
    past: (fmt) =>
      `${fmt.code(`${fmt.command} 历史`)} 查看你申请过什么， ${fmt.code(`${fmt.command} 查看 R-…`)} 查看一条申请的经过。`,
    seeing: (fmt) =>
      `审批人可用 ${fmt.code(`${fmt.command} 待审批`)} 查看待你处理的事项， ${fmt.code(`${fmt.command} 生效中`)} 查看谁有什么权限。`,
    allow: (fmt) => `用 ${fmt.code(allowForm(fmt))} 预先允许， ${fmt.code(`${fmt.command} 已允许`)} 查看。`,
    commands: (fmt) =>
      `${fmt.code(`${fmt.command} 状态`)} 查看进行中的申请和权限， ${fmt.code(`${fmt.command} 结束`)} 结束权限。`,
    forAnother: (fmt) => `${fmt.code(`${fmt.command} 替 @某人`)} 替别人申请。`,
    admin: (fmt) =>
      `管理员可用 ${fmt.code(`${fmt.command} 锁定`)} 结束并停发全部权限， ${fmt.code(`${fmt.command} 锁定 演练`)} 预演， ${fmt.code(`${fmt.command} 撤销 全部 @某人`)} 结束一人的全部权限。`,
    later: (fmt) =>
      `以后才需要的，在时长之后写明何时开始： ${fmt.code("从22:00")} 或 ${fmt.code("从明天09:00")}`,
    more: (shown, all, fmt) =>
      `此处显示 ${all} 个角色中的 ${shown} 个；只输入 ${fmt.code(fmt.command)} 会打开列出全部角色的表单。`,
    threads: "Slack 不支持在消息列中使用命令，请在消息框中输入。",
  },
  status: {
    head: (count, hub, fmt) =>
      count > 0
        ? `${fmt.b(`共 ${count} 项：`)} 你在 ${hub} 上的申请和权限。`
        : `${fmt.b("暂无记录：")} 你在 ${hub} 上没有进行中的申请，也没有生效的权限。`,
    more: (shown, all) => `按先后顺序显示 ${all} 项中的 ${shown} 项`,
    none: (fmt) => `${fmt.code(`${fmt.command} 帮助`)} 查看可以申请的角色。`,
  },
  revoke: {
    head: (count, fmt) => `${fmt.b(`${count} 项生效中：`)} 请选择要结束的权限。`,
  },
  lockdown: zhLockdown,
  use: zhUse,
  hubAlarms: zhHubAlarms,
  checkpoint: {
    head: ({ seal, at }, hub, fmt) =>
      `${fmt.b("检查点：")} ${hub} 的审计轨迹已封印至第 ${seal} 号（${fmt.when(at)}）。`,
    how: "在机器人所在的环境中运行，无论现在还是以后，都能发现此后对这些记录的改动。",
  },
  busy: (span, fmt) => `${fmt.b("Slack 要求稍候：")} 约 ${span}后会自动继续。`,
  yourReason: (hint) => (hint ? `（${hint}）` : "理由"),
  trouble: (id, fmt) =>
    `${fmt.b("未能完成：")} 机器人出了点问题。请一分钟后再试；如果仍然不行，请联系管理员${id ? `，编号 ${id}` : ""}。`,
  welcome: {
    head: (hub, fmt) =>
      `${fmt.b("欢迎使用。")} 在这里可以申请 Karpor ${hub} 的限时访问权限：结果、令牌和到期提醒都会发到这个私信。`,
    ways: (fmt) =>
      `${fmt.code(fmt.command)} 打开申请表单， ${fmt.code(`${fmt.command} 帮助`)} 查看如何用一行命令申请。`,
    unread: () => "我不会也无法读取你在这里输入的内容：Slack 只会把命令和按钮操作告诉我。",
  },
  form: {
    title: "申请权限",
    head: (hub, fmt) => `${fmt.b(`Karpor ${hub} 的访问权限。`)} 到期自动结束。`,
    role: "角色",
    time: "时长",
    other: "其他时长",
    otherHint: "例如 45m、2h 30m、8小时或3天。填写后以此为准。",
    start: "开始时间",
    startHint: "不填则批准后立即开始。最多可提前 14 天申请。",
    window: (from, to, time, fmt) => `${fmt.when(from)} 开始，${fmt.when(to)} 结束（${span(time)}）。`,
    reason: "理由",
    reasonHint: (hint) => (hint ? `须包含${hint}。审批人会看到。` : "审批人会看到。"),
    ends: (at, time, fmt) => `如果现在批准（${span(time)}），大约 ${fmt.when(at)} 结束。`,
    emergency: "紧急取用",
    emergencyTick: "现在就要，等不及审批",
    emergencyHint: (most) => `最长 ${most}。频道里的人会收到通知，事后由另外两人复核。`,
    emergencyReason: "频道里的人和复核人会看到。",
    noEmergency: (role, fmt) => `将照常申请：你不能紧急取用 ${fmt.code(role)}`,
    endsNow: (at, time, fmt) => `大约 ${fmt.when(at)} 结束（${span(time)}）。`,
    looking: "正在查询你还可以申请哪些角色…",
    none: "目前没有你可以申请的角色。",
    leftOut: (role, fmt) => `请选择其他角色：你不能申请 ${fmt.code(role)}`,
    submit: "提交申请",
    cancel: "取消",
    close: "关闭",
  },
  more: {
    title: "申请延长",
    head: (role, hub, endsAt, fmt) => `${fmt.b(hub)} 的 ${fmt.code(role)} 权限${fmt.at(endsAt)} 到期。`,
    most: (most, until, fmt) => `最多延长 ${span(most)}，至 ${fmt.when(until)}。`,
    inAll: (total) => `总共最长 ${span(total)}。`,
    time: "延长多久",
  },
  less: {
    title: "批准较少权限",
    head: (f, fmt) => `${fmt.b("批准较少权限：")} ${asks(f, fmt)}。`,
    role: "角色",
    time: "时长",
    looking: "正在查询你可以审批哪些更低的角色…",
    none: "没有你可以审批、对方也可以申请的更低角色。",
    unknown: "目前无法得知有哪些更低的角色，仍可批准较短的时长。",
    notLess: "请选择少于所申请的内容，或直接批准。",
    tooLong: (role, max) => `${role} 最长 ${max}。`,
    submit: "批准",
  },
  decision: {
    approve: {
      title: "批准并附言",
      head: (f, fmt) => `${fmt.b("批准：")} ${asks(f, fmt)}。`,
      label: "附言",
      hint: "申请人和审批频道都会看到。",
      submit: "批准",
    },
    deny: {
      title: "拒绝申请",
      head: (f, fmt) => `${fmt.b("拒绝：")} ${asks(f, fmt)}。`,
      label: "理由",
      hint: "申请人和审批频道都会看到。",
      submit: "拒绝",
    },
    revoke: {
      title: "撤销权限",
      head: (f, fmt) =>
        `${fmt.b("撤销：")} ${fmt.isReader(f.requester) ? mine(f) : `${fmt.who(f.requester)} 在 ${f.hub} 的 ${f.role} 权限`}（${time(f, fmt)}，${fmt.until(f.endsAt)}）。${f.begun ? "令牌会在大约 10 秒内失效。" : "权限尚未开始。"}`,
      label: "理由",
      hint: "持有人和审批频道都会看到，也会看到是谁撤销的。",
      submit: "撤销",
    },
    review: {
      title: "复核紧急取用",
      head: (f, fmt) =>
        `${fmt.b("复核：")} ${fmt.who(f.requester)} 未经审批取用了 ${fmt.b(f.hub)} 的 ${fmt.b(f.role)} 权限，时长 ${span(f.duration)}。`,
      label: "意见",
      hint: "频道里的人都会看到。取用人之外的两人复核后即告结束。",
      submit: "复核",
    },
    asked: "申请的理由：",
    cancel: "取消",
    blank: "请简要写明。",
    close: "关闭",
  },
  states,
};
