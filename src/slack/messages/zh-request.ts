/** 中文：一条申请从提出到回执的消息。Bold and code need a space on both sides: Slack does not see their end between Chinese characters. */
import type { Bilingual } from "../../domain/bilingual.ts";
import { REVIEWS_NEEDED } from "../../domain/break-glass.ts";
import type { Extension } from "../../domain/extension.ts";
import { RELEASED_AFTER_MS } from "../../domain/idle.ts";
import type { Person } from "../../domain/person.ts";
import { ruleNamed } from "../../domain/policy-rule.ts";
import { type End, isUnproved } from "../../domain/request.ts";
import type { enPhrases, enRequest } from "./en-request.ts";
import { type Facts, isOfRules } from "./facts.ts";
import { type Formatter, name } from "./formatter.ts";
import { foreign, inSentence } from "./text.ts";
import type { ByFailure, ByOutage, ByStatus, Sentence } from "./wording.ts";
import { beforeVerb, zhGrammar } from "./zh-grammar.ts";

type Words = typeof enRequest;
const { span } = zhGrammar;
const APPROVER = "审批人";
/** “2 小时”, “延长 2 小时”, “2 小时，自明天 22:00 起” */
const time: Sentence = (f, fmt) =>
  `${f.more ? "延长 " : ""}${span(f.duration)}${f.startsAt === undefined ? "" : fmt.from(f.startsAt)}`;
const lasting: Sentence = (f, fmt) => `${f.more ? "" : "时长 "}${time(f, fmt)}`;
const what: Sentence = (f, fmt) => `${f.role}（${time(f, fmt)}）`;
/** Never at the end of a sentence: there the code would force a space before the full stop. */
const access: Sentence = (f, fmt) => `${fmt.b(f.hub)} 的 ${fmt.code(f.role)} 权限`;
const held: Sentence = (f, fmt) => `你在 ${access(f, fmt)}`;
const asked: Sentence = (f, fmt) =>
  `${fmt.who(f.requester)} 的 ${fmt.code(f.role)} 权限（${time(f, fmt)}${f.askedBy ? `，${fmt.who(f.askedBy)} 代为申请` : ""}）`;
const mine = (f: Facts) => `你在 ${f.hub} 的 ${f.role} 权限`;
const asking: typeof enPhrases.asking = ({ requester, askedBy }, say) =>
  askedBy ? `${say(askedBy)} 替 ${say(requester)} 申请` : `${say(requester)} 申请`;
const asks: Sentence = (f, fmt) =>
  `${asking(f, fmt.who)} ${fmt.b(f.hub)} 的 ${fmt.b(f.role)} 权限，${lasting(f, fmt)}`;
const theirs: Sentence = (f, fmt) =>
  fmt.isReader(f.requester) ? mine(f) : `${fmt.who(f.requester)} 的 ${f.role} 权限`;
const period: Sentence = (f, fmt) => (fmt.rich && f.given ? `，${fmt.between(f.beginsAt, f.deletedAt)}` : "");

const outage: ByOutage = {
  hub: () => "Karpor 暂无响应",
  slack: () => "Slack 暂无响应",
  "not-the-hub": () => "应答的不是 Karpor 本身",
  "held-back": () => "管理员确认数据为最新之前，暂不开通新的权限",
  "rules-differ": () => "权限规则刚刚更改，尚未在各处生效",
  "open-hub": () => "Karpor 现在对任何人都放行，无法确认",
  accepted: () => "账号删除后，Karpor 仍接受它的令牌",
  stuck: () => "删除已提交，但被 Karpor 上的其他组件阻止",
  other: () => "出现了异常情况",
  "made-again": () => "有人在 Karpor 上重新建立了同名账号",
};
const slow: Sentence = (f, fmt) => outage[f.slow.what](f, fmt);
const slowSince: Sentence = (f, fmt) =>
  `${slow(f, fmt)}${fmt.rich ? `（自 ${fmt.when(f.slow.since)} 起）` : ""}`;
/** New access waits for an administrator: nothing is tried again until then. */
const retrying: Sentence = (f) => (f.slow.what === "held-back" ? "" : "，仍在重试");

const overdue: Sentence = (f, fmt) => (fmt.rich ? `本应${fmt.at(f.end.at)} 结束` : "本应已经结束");
/** "已于 14:02 提醒", and in plain words "5 分钟前已提醒". */
const already = (at: number, verb: string, fmt: Formatter): string =>
  fmt.rich ? `已${fmt.at(at)} ${verb}` : `${fmt.at(at)} 已${verb}`;

const theRule = (name: string): string => `规则“${foreign(name, 60)}”`;
const byPolicy = (f: Facts): string =>
  f.rule === undefined ? "按策略自动批准" : `${theRule(f.rule)}自动批准`;
const UNAPPROVED = "紧急取用，未经审批";
const decided: Sentence = (f, fmt) => {
  if (f.emergency) return UNAPPROVED;
  return f.decidedBy === "policy"
    ? byPolicy(f)
    : f.allowance
      ? `${fmt.people(f.deciders)} 预先允许（${f.allowance}）`
      : `${fmt.people(f.deciders)} ${fmt.rich ? `于 ${fmt.when(f.decidedAt)} ` : ""}批准`;
};
const approver: Sentence = (f, fmt) => {
  if (f.emergency) return UNAPPROVED;
  return f.decidedBy === "policy"
    ? byPolicy(f)
    : `${fmt.people(f.deciders)} ${f.allowance ? "预先允许" : "批准"}`;
};
const approvedHead = (f: Facts) => {
  if (f.emergency) return "已紧急取用";
  return f.lessened ? "已批准，少于所申请" : "已批准";
};

const ready = (f: Facts): string => (f.atAClick ? "几秒后就绪。" : "令牌几秒后就到。");
const tokenComes = (f: Facts): string =>
  f.atAClick ? "在私信中点“显示令牌”即可看到令牌" : "令牌会在私信中给出";

const begins = (f: Facts) => (f.beginsAt > f.decidedAt ? "权限现已开始" : approvedHead(f));

/** 由不再等待确认的人。 */
const settled: Sentence = ({ settledBy }, fmt) => (settledBy ? `，由 ${fmt.name(settledBy)}了结` : "");

const proof: Sentence = (f, fmt) => {
  if (f.proof === "unstarted")
    return `${f.end.cause === "expired" ? "机器人未能在其时段内开通" : "权限尚未开始"}，令牌从未发出。`;
  const checked = fmt.rich ? `（${fmt.exact(f.checkedAt)} 验证）` : "";
  if (!f.given) return `令牌从未发出${checked}。`;
  return {
    probe: `Karpor 已拒绝该令牌${checked}。`,
    absence: `令牌所属的账号已从 Karpor 上删除${checked}。`,
    expiry: "未能验证 Karpor 是否已拒绝该令牌；令牌自身的有效期已过。",
    abandoned: `Karpor 始终未能确认${settled(f, fmt)}。令牌自身的有效期至 ${fmt.when(f.worksUntil)}。`,
  }[f.proof];
};
const proven: Sentence = (f, fmt) => {
  if (f.proof === "unstarted") return "从未开始";
  if (!f.given) return "令牌从未发出";
  return {
    probe: "Karpor 已拒绝该令牌",
    absence: "账号已从 Karpor 上删除",
    expiry: "未能由 Karpor 确认，但令牌自身的有效期已过",
    abandoned: `Karpor 始终未能确认${settled(f, fmt)}`,
  }[f.proof];
};
const confirmed: Sentence = (f, fmt) => {
  if (f.proof === "unstarted") return proof(f, fmt);
  return isUnproved(f.proof) && f.given
    ? `${fmt.b("未能确认：")} ${proof(f, fmt)}`
    : `${fmt.b(`已确认（${fmt.exact(f.checkedAt)}）：`)} ${proven(f, fmt)}。`;
};

const denies = (rule: string, role: string, say: Bilingual | undefined): string =>
  `${theRule(rule)}不允许申请 ${role} 权限${say ? `：${inSentence(say.zh)}` : ""}`;

const changed = ({ what: term, max, rule = "", say }: Facts["changed"], role: string): string =>
  ({
    "role-gone": `${role} 已不再提供`,
    "other-rights": `${role} 的权限已变更`,
    "too-long": `${role} 现在最长 ${span(max ?? 0)}`,
    requester: `${role} 现在只供其他人申请`,
    approval: `${role} 现在须由其他人审批`,
    rule: denies(rule, role, say),
    restored: "机器人的记录是从较旧的副本恢复的，无法得知此后是否已有决定",
    departed: `申请 ${role} 的人已不是本工作区的成员`,
    "left-group": `申请人已不在 ${role} 面向的用户组中`,
    "nobody-left": `已没有人可以审批 ${role} 权限`,
    ended: `要延长的 ${role} 权限已经结束`,
    check: `公司的核查现在不允许 ${role} 权限`,
  })[term];

const closedFor = ({ what: term }: Facts["changed"]): string =>
  isOfRules(term) ? "已关闭，规则有变：" : "已关闭：";

const failure: ByFailure = {
  "name-taken": () => "Karpor 上已有同名的其他对象，因此没有授权。再次申请会换用新的名称；请同时告知管理员。",
  "hub-refuses": () => "Karpor 拒绝了开通，因此没有授权。请管理员修正机器人的权限后再次申请。",
  "no-cluster-role": () => "Karpor 上没有该角色对应的 ClusterRole，因此没有授权。请管理员修正后再次申请。",
  "recipient-gone": (f, fmt) => `${fmt.who(f.requester)} 已不是本工作区的成员，因此没有授权。`,
  "terms-changed": () => "开通之前该角色的规则有变，因此没有授权。请按现在的规则再次申请。",
  "allowance-gone": () =>
    "开通之前，预先允许已被撤回，或者允许的人已不再是审批人，因此没有授权。请再次申请。",
  restored: () =>
    "机器人的记录是从较旧的副本恢复的，无法得知这项权限此后是否已经结束，因此没有再次开通。请再次申请。",
  "check-denied": (f, fmt) => `公司的核查没有通过，因此没有授权：${fmt.quoted(f.end.reason ?? "")}`,
  "check-silent": () => "开通时公司的核查没有给出有效的答复，因此没有授权。请再次申请。",
  "dm-closed": (f, fmt) =>
    `机器人无法给 ${fmt.who(f.requester)} 发私信，令牌未送达，正在收回。请先打开与机器人的私信，再次申请。`,
  "message-lost": () => "Slack 始终没有确认用于显示令牌的消息是否送达，因此没有授权。请再次申请。",
};
const failed: Sentence = (f, fmt) =>
  f.end.failure ? failure[f.end.failure](f, fmt) : "没有授权。请再次申请，或告知管理员。";

const left = (departure: End["departure"]): string =>
  ({
    deactivated: "持有人的账号已停用",
    guest: "持有人已成为访客",
    workspace: "持有人已离开工作区",
    group: "持有人已离开该角色面向的用户组",
    rules: "规则已变更，该角色改为面向其他人",
  })[departure?.what ?? "workspace"];

const cause = ({ cause: why, by, departure }: Facts["end"], fmt: Formatter): string =>
  ({
    expired: "时间已到",
    released: by ? `${beforeVerb(fmt.who(by))}主动结束` : "持有人主动结束",
    revoked: by ? `${beforeVerb(fmt.who(by))}撤销` : "已撤销",
    failed: "未能开通",
    altered: "Karpor 上的授权被改动",
    lost: "Karpor 上的授权被移除",
    departed: left(departure),
    idle: "闲置，没有使用记录",
    other: "由机器人的另一个版本结束",
  })[why];

const youLeft: Sentence = ({ end: { departure } }, fmt) =>
  ({
    deactivated: "你的账号已停用",
    guest: "你现在是本工作区的访客",
    workspace: "你已离开本工作区",
    group: `你已不在${fmt.rich ? " " : ""}${fmt.any(departure?.groups ?? [], "该角色面向的用户组")}中`,
    rules: `该角色现在面向${fmt.rich ? " " : ""}${fmt.any(departure?.groups ?? [], "其他人").trim()}`,
  })[departure?.what ?? "workspace"];

const ending: Record<End["cause"], Sentence> = {
  expired: (f, fmt) => `已结束，时间已到${fmt.rich ? `（${fmt.when(f.end.at)}）` : ""}：`,
  released: (f, fmt) => `已由你主动结束${fmt.rich ? `（${fmt.when(f.end.at)}）` : ""}：`,
  revoked: (f, fmt) =>
    `已${f.end.by ? `由 ${beforeVerb(fmt.who(f.end.by))}` : ""}撤销${fmt.rich ? `（${fmt.when(f.end.at)}）` : ""}：`,
  failed: () => "未能开通：",
  altered: (f, fmt) => `已结束，Karpor 上的授权被改动${fmt.rich ? `（${fmt.when(f.end.at)}）` : ""}：`,
  lost: (f, fmt) => `已结束，Karpor 上的授权被移除${fmt.rich ? `（${fmt.when(f.end.at)}）` : ""}：`,
  departed: (f, fmt) => `已结束，${youLeft(f, fmt)}${fmt.rich ? `（${fmt.when(f.end.at)}）` : ""}：`,
  idle: (f, fmt) => `已结束，没有使用记录${fmt.rich ? `（${fmt.when(f.end.at)}）` : ""}：`,
  other: (f, fmt) => `已结束，由机器人的另一个版本结束${fmt.rich ? `（${fmt.when(f.end.at)}）` : ""}：`,
};
const ended: Sentence = (f, fmt) => fmt.b(ending[f.end.cause](f, fmt));

const window: Sentence = (f, fmt) => {
  if (f.startsAt === undefined) return `约至 ${fmt.about(f.requestedAt, f.duration)}`;
  const from = fmt.from(f.startsAt).replace(/^，/, "");
  return f.lessened
    ? `${from}，批准更晚则自批准时起，最晚${fmt.until(f.startsAt + f.lessened.asked.duration)}`
    : `${from}，${fmt.until(f.startsAt + f.duration)}`;
};

const card: ByStatus = {
  scheduled: (f, fmt) => `${fmt.b("已提前批准：")} ${asked(f, fmt)} · ${decided(f, fmt)}`,
  pending: (f, fmt) =>
    f.more
      ? `${asking(f, (person) => fmt.b(name(person)))}把 ${fmt.b(f.hub)} 的 ${fmt.b(f.role)} 权限延长 ${fmt.b(span(f.duration))} 至 ${fmt.when(f.more.until)}。`
      : `${asking(f, (person) => fmt.b(name(person)))} ${fmt.b(f.hub)} 上为期 ${fmt.b(span(f.duration))} 的 ${fmt.b(f.role)} 权限（${window(f, fmt)}）。`,
  withdrawn: (f, fmt) =>
    `${fmt.b(f.askedBy ? `已由 ${fmt.who(f.withdrawnBy)} 撤回：` : "已撤回：")} ${asked(f, fmt)}。`,
  timedOut: (f, fmt) => `${fmt.b("已过期：无人在期限内审批。")} ${asked(f, fmt)}。`,
  denied: (f, fmt) =>
    `${fmt.b(`已拒绝（${f.decidedBy === "policy" ? "" : `${fmt.who(f.decidedBy)}，`}${fmt.when(f.decidedAt)}）：`)} ${asked(f, fmt)}。`,
  "setting-up": (f, fmt) => `${fmt.b("已批准：")} ${asked(f, fmt)} · ${decided(f, fmt)}`,
  closed: (f, fmt) =>
    `${fmt.b(closedFor(f.changed))} ${changed(f.changed, fmt.code(f.role))}。${name(f.requester)} 申请${f.more ? "" : "的时长为"}${f.more ? time(f, fmt) : ` ${time(f, fmt)}`}。`,
  outage: (f, fmt) =>
    `${fmt.b(f.renewed ? "新令牌尚未就绪：" : "已批准，尚未开通：")} ${asked(f, fmt)} · ${decided(f, fmt)}。${slow(f, fmt)}${retrying(f, fmt)}。`,
  active: (f, fmt) => `${fmt.b(`生效中，${fmt.until(f.endsAt)}：`)} ${asked(f, fmt)} · ${decided(f, fmt)}`,
  removing: (f, fmt) => `${fmt.b("正在结束：")} ${asked(f, fmt)} · ${cause(f.end, fmt)}`,
  revoked: (f, fmt) =>
    `${fmt.b(`已${f.end.by ? `由 ${beforeVerb(fmt.who(f.end.by))}` : ""}撤销（${fmt.when(f.end.at)}）：`)} ${asked(f, fmt)} · ${decided(f, fmt)}`,
  unproven: (f, fmt) =>
    `${fmt.b("正在结束，尚未确认：")} ${asked(f, fmt)} · ${decided(f, fmt)}。${slow(f, fmt)}${retrying(f, fmt)}。`,
  failed: (f, fmt) => `${fmt.b("未能开通：")} ${asked(f, fmt)} · ${decided(f, fmt)}。${failed(f, fmt)}`,
  ended: (f, fmt) =>
    `${fmt.b(`已结束，${fmt.when(f.deletedAt)}（${cause(f.end, fmt)}）：`)} ${asked(f, fmt)}${period(f, fmt)} · ${decided(f, fmt)} · ${proven(f, fmt)}`,
  extended: (f, fmt) => `${fmt.b(`已延长，${fmt.until(f.endsAt)}：`)} ${asked(f, fmt)} · ${decided(f, fmt)}`,
};

const byAnother: Sentence = (f, fmt) => (f.askedBy ? `，由 ${fmt.who(f.askedBy)} 替你申请` : "");

const progress = ({ count, approvals }: Facts): string =>
  count > 1 ? `（${approvals.length}/${count}）` : "";

const undecided = (f: Facts): string => (f.unasked ? "未能在期限内完成核对" : "无人在期限内审批");
const unchecked = "尚未请任何人审批，结果会在私信中告知。";

const waiting: Words["waiting"] = {
  checking: (f, fmt) =>
    `${fmt.b("正在核对：")} ${access(f, fmt)}，${lasting(f, fmt)}${byAnother(f, fmt)}。${unchecked}`,
  pending: (f, fmt) =>
    `${fmt.b(`等待审批${progress(f)}：`)} ${access(f, fmt)}，${lasting(f, fmt)}${byAnother(f, fmt)}。`,
  withdrawn: (f, fmt) =>
    f.askedBy
      ? `${fmt.b(`已由 ${fmt.who(f.withdrawnBy)} 撤回：`)} ${access(f, fmt)}（${time(f, fmt)}）。`
      : `${fmt.b("已撤回：")} 你不再申请 ${access(f, fmt)}（${time(f, fmt)}）。`,
  timedOut: (f, fmt) => `${fmt.b(`已过期：${undecided(f)}。`)} ${access(f, fmt)}（${time(f, fmt)}）。`,
  denied: (f, fmt) =>
    `${fmt.b(`${f.decidedBy === "policy" ? "" : `${fmt.who(f.decidedBy)} `}未批准：`)} ${fmt.code(f.role)} 权限（${time(f, fmt)}）。`,
  scheduled: (f, fmt) =>
    `${fmt.b(`${approvedHead(f)}：`)} ${access(f, fmt)}，${time(f, fmt)}（${approver(f, fmt)}）。届时会${f.atAClick ? "发消息给你" : "把令牌发给你"}。`,
  "setting-up": (f, fmt) =>
    `${fmt.b(f.renewed ? "新令牌：" : `${begins(f)}：`)} ${held(f, fmt)}（${approver(f, fmt)}）。${ready(f)}`,
  closed: (f, fmt) =>
    isOfRules(f.changed.what)
      ? `${fmt.b("已关闭，等待期间规则有变：")} ${changed(f.changed, fmt.code(f.role))}。`
      : `${fmt.b("已关闭：")} ${access(f, fmt)}。${changed(f.changed, f.role)}。`,
  outage: (f, fmt) =>
    f.slow.what === "held-back"
      ? `${fmt.b(f.renewed ? "新令牌暂缓发放：" : "已批准，暂缓开通：")} ${approver(f, fmt)}。${slow(f, fmt)}；开通后会发消息给你。`
      : `${fmt.b(f.renewed ? "新令牌尚未就绪：" : "已批准，尚未开通：")} ${slow(f, fmt)}。${f.atAClick ? "" : "令牌"}就绪后会发消息给你。`,
  nudged: (f, fmt) =>
    `${fmt.b(`等待审批${progress(f)}：`)} ${access(f, fmt)}，${lasting(f, fmt)}${byAnother(f, fmt)}。${already(f.nudgedAt, "提醒", fmt)}。`,
  "not-delivered": (f, fmt) =>
    `${fmt.b("等待中，还没有人收到申请：")} ${access(f, fmt)}（${time(f, fmt)}）。Slack 不接受发给审批人的消息，已告知管理员，我们会继续重试。`,
  active: (f, fmt) =>
    `${fmt.b(`生效中，${fmt.until(f.endsAt)}：`)} ${access(f, fmt)}（${approver(f, fmt)}）。`,
  removing: (f, fmt) => `${fmt.b("正在结束：")} ${held(f, fmt)}。`,
  revoked: (f, fmt) => {
    if (fmt.rich || !f.end.by) return `${ended(f, fmt)} ${held(f, fmt)}。`;
    const why = f.end.reason ? `：${fmt.quoted(f.end.reason)}` : "。";
    return `${fmt.who(f.end.by)} 撤销了你的 ${f.role} 权限${why}`;
  },
  unproven: (f, fmt) =>
    `${fmt.b("尚未确认：")} 你的 ${fmt.code(f.role)} 权限${overdue(f, fmt)}。${slowSince(f, fmt)}；${
      fmt.rich ? `${fmt.when(f.worksUntil)} 之前，你的令牌可能仍然有效` : "你的令牌可能仍然有效"
    }。`,
  failed: (f, fmt) => `${fmt.b("未能开通：")} ${access(f, fmt)}。${failed(f, fmt)}`,
  ended: (f, fmt) => {
    if (f.proof === "unstarted" && !fmt.rich && f.end.by) return waiting.revoked(f, fmt);
    const revoked = f.end.cause === "revoked";
    const by = fmt.rich && !revoked ? `（${approver(f, fmt)}）` : "";
    return `${ended(f, fmt)} ${held(f, fmt)}${period(f, fmt)}${by}。${fmt.rich && revoked ? "" : proof(f, fmt)}`;
  },
  extended: (f, fmt) =>
    `${fmt.b(`已延长，${fmt.until(f.endsAt)}：`)} ${access(f, fmt)}（${approver(f, fmt)}）。`,
};

const stops: Sentence = (f) => (f.given ? "令牌会在 10 秒内失效。" : "令牌从未发出。");
const notice: Words["notice"] = {
  closed: waiting.closed,
  denied: waiting.denied,
  timedOut: waiting.timedOut,
  failed: waiting.failed,
  revoked: waiting.revoked,
  released: (f, fmt) => `${fmt.b("正在结束：")} ${held(f, fmt)}。${stops(f, fmt)}`,
  ended: waiting.ended,
  stops,
  confirmed,
};

const untilThen: Sentence = (f, fmt) =>
  `${held(f, fmt)}${fmt.rich ? "" : "，"}${fmt.untilDay(f.endsAt)}${fmt.rich ? "" : "到期"}`;
const approved: Sentence = (f, fmt) =>
  f.renewed
    ? `${fmt.b("新令牌：")} ${untilThen(f, fmt)}，期限不变。${fmt.rich ? "之前的令牌已失效。" : ""}`
    : `${fmt.b(`${begins(f)}：`)} ${untilThen(f, fmt)}（${approver(f, fmt)}）。`;

const extender = (
  { by, also = [], qualified, allowance }: Extension,
  named: (person: Person) => string,
): string => {
  const rule = ruleNamed(qualified);
  if (by === "policy") return rule === undefined ? "按策略自动批准" : `${theRule(rule)}自动批准`;
  const who = [by, ...also].map(named).join("、");
  return allowance ? `${who} 预先允许（${allowance}）` : `${who} 批准`;
};
const prolonged: Words["prolonged"] = (one, fmt) =>
  `${fmt.b(`延长 ${span(one.ms)}：`)} ${extender(one, name)}，${fmt.when(one.at)} · ${one.id}`;

const fresh: Record<NonNullable<Facts["fresh"]>, Sentence> = {
  extended: (f, fmt) =>
    `${fmt.b(`已延长${f.extension ? `，${extender(f.extension, fmt.who)}` : ""}：`)} ${held(f, fmt)}${fmt.rich ? "" : "，"}${fmt.untilDay(f.endsAt)}${fmt.rich ? "" : "到期"}。${fmt.rich && !f.atAClick ? "请改用这个令牌。" : ""}`,
  upgraded: (f, fmt) =>
    `${fmt.b(f.atAClick ? "请重新点“显示令牌”：" : "新令牌：")} Karpor 已升级，旧令牌失效。${fmt.rich ? `${held(f, fmt)}仍${fmt.untilDay(f.endsAt)}。` : ""}`,
  other: (f, fmt) =>
    `${fmt.b("新令牌：")} ${held(f, fmt)}${fmt.rich ? "" : "，"}${fmt.untilDay(f.endsAt)}${fmt.rich ? "" : "到期"}。`,
};
const given: Sentence = (f, fmt) => (f.fresh ? fresh[f.fresh] : approved)(f, fmt);

const atAClick: Sentence = (f, fmt) => {
  if (!fmt.rich) return "";
  return f.fresh === "extended"
    ? "已有的令牌仍按原期限失效；点“显示令牌”可得到期限更长的令牌。"
    : "点“显示令牌”即生成令牌，只向你显示 2 分钟，不留在任何消息中。";
};

const token: Words["token"] = {
  "setting-up": (f, fmt) => `${given(f, fmt)}${fmt.rich ? ready(f) : ""}`,
  outage: waiting.outage,
  shown: given,
  reveal: (f, fmt) => `${given(f, fmt)}${atAClick(f, fmt)}`,
  hidden: (f, fmt) =>
    `${fmt.b("令牌已隐藏。")} 权限${fmt.rich ? "" : "仍然有效，"}${fmt.untilDay(f.endsAt)}。`,
};

const reveal: Words["reveal"] = {
  title: "你的令牌",
  making: (fmt) => `${fmt.b("正在生成令牌…")} 稍后就在这里显示。`,
  shown: (f, fmt) => `${fmt.b(`你的令牌，有效至 ${fmt.when(f.worksUntil)}：`)} ${held(f, fmt)}。`,
  goes: "2 分钟后不再显示。需要时可以再次显示。",
  again: (_, fmt) =>
    `${fmt.b("已显示 2 分钟：")} 这里不再显示令牌，已复制的仍可使用。在私信中点“显示令牌”可再得到一个。`,
  replaced: (_, fmt) => `${fmt.b("已过时：")} 这个令牌会在 10 秒内失效。请在私信中最新的消息上点“显示令牌”。`,
  over: (f, fmt) => `${fmt.b("不再显示：")} ${held(f, fmt)}正在结束或已经结束，令牌随之失效。`,
};

const emergency: Words["emergency"] = {
  head: (f, fmt) =>
    `${fmt.b("紧急取用：")} ${fmt.who(f.requester)} 未经审批取用了 ${fmt.b(f.hub)} 的 ${fmt.b(f.role)} 权限，${fmt.rich ? fmt.until(f.endsAt) : `时长 ${span(f.duration)}`}。`,
  passedOver: (f, fmt, named) =>
    `未经${named.length > 0 ? ` ${fmt.any(named, APPROVER)}` : APPROVER}审批。须由 ${name(f.requester)} 之外的两人复核，并各写明意见。`,
  reviewedBy: (who, at, fmt) => `${fmt.b("已复核：")} ${fmt.who(who)} ${fmt.at(at)}`,
  reviews: (count) => (count < REVIEWS_NEEDED ? `待复核：${count}/${REVIEWS_NEEDED}` : "复核已完成"),
};

const alert: Words["alert"] = {
  unproven: (f, fmt) =>
    `${fmt.b("尚未确认：")} ${name(f.requester)} 的 ${fmt.code(f.role)} 权限${overdue(f, fmt)}。${slowSince(f, fmt)}；${
      fmt.rich ? `${fmt.when(f.worksUntil)} 之前，令牌可能仍然有效` : "令牌可能仍然有效"
    }。`,
  proven: (f, fmt) => `${fmt.b("已结束：")} ${asked(f, fmt)}。${proof(f, fmt)}`,
  failed: card.failed,
};

const tokenLeft: Words["tokenLeft"] = (f, token, fmt) =>
  `${fmt.b(`令牌留在 Slack 中，${token && fmt.rich ? `已于 ${fmt.when(token.deadSince)} ` : "已"}失效：`)} ${asked(f, fmt)}。Slack 拒绝编辑或删除该消息${
    token && fmt.rich ? `，自 ${fmt.when(token.since)} 起已每日重试` : ""
  }。`;

const leak: Words["leak"] = {
  open: (f, fmt) =>
    `${fmt.b("令牌泄露：")} ${name(f.requester)} 报告其在 ${access(f, fmt)}的令牌已泄露。它会在 10 秒内失效，新令牌只发给本人。`,
  unproven: (f, fmt) =>
    `${fmt.b("令牌泄露，尚未确认失效：")} ${name(f.requester)} 在 ${access(f, fmt)}的令牌。${slowSince(f, fmt)}；${
      fmt.rich ? `${fmt.when(f.worksUntil)} 之前，它可能仍然有效` : "它可能仍然有效"
    }。`,
  proven: (f, fmt) =>
    `${fmt.b("令牌泄露，已失效：")} ${name(f.requester)} ${fmt.at(f.end.at)} 报告其在 ${access(f, fmt)}的令牌已泄露。${proof(f, fmt)}`,
};

const lost: Words["lost"] = {
  unproven: (f, fmt) =>
    `${fmt.b("旧令牌，尚未确认失效：")} ${name(f.requester)} 在 ${access(f, fmt)}的令牌（${already(f.end.at, "更换", fmt)}）。${slowSince(f, fmt)}；${
      fmt.rich ? `${fmt.when(f.worksUntil)} 之前，旧令牌可能仍然有效` : "旧令牌可能仍然有效"
    }。`,
  proven: (f, fmt) =>
    `${fmt.b("旧令牌，已失效：")} ${name(f.requester)} 在 ${access(f, fmt)}的令牌（${already(f.end.at, "更换", fmt)}）。${proof(f, fmt)}`,
};

const reminder = (f: Facts, fmt: Formatter, ms: number): string =>
  `${fmt.b(`还剩 ${span(ms)}：`)} ${held(f, fmt)}${fmt.rich ? ` ${fmt.when(f.endsAt)} 到期` : ""}。`;

const unused: Words["idle"]["open"] = (f, fmt, after) =>
  `${fmt.b("还需要吗？")} ${held(f, fmt)}已有 ${span(after)}没有使用记录`;
const idle: Words["idle"] = {
  open: (f, fmt, after) => `${unused(f, fmt, after)}，${fmt.when(f.endsAt)} 到期。`,
  release: (f, fmt, after) =>
    `${unused(f, fmt, after)}。若不保留也不使用，最早 ${span(RELEASED_AFTER_MS)}后结束。`,
  kept: (f, fmt, after) =>
    `${fmt.b("已保留：")} ${held(f, fmt)}有效至 ${fmt.when(f.endsAt)}。若再有 ${span(after)}没有使用记录，会再次询问。`,
  used: (f, fmt) => `${fmt.b("已恢复使用：")} ${held(f, fmt)}有效至 ${fmt.when(f.endsAt)}。`,
  line: (ends, fmt) => `${fmt.b("还需要吗？")}${ends === null ? "" : ` 否则最早 ${fmt.when(ends)} 结束`}`,
};

const sent: Sentence = (f, fmt) =>
  `${fmt.b(`已替 ${fmt.who(f.requester)} 提交给 ${fmt.any(f.approvers, APPROVER).trim()}：`)} ${access(f, fmt)}，${lasting(f, fmt)}。`;
const asker: Words["asker"] = {
  ...card,
  withdrawn: (f, fmt) => `${fmt.b(`已由 ${fmt.who(f.withdrawnBy)} 撤回：`)} ${asked(f, fmt)}。`,
  checking: (f, fmt) =>
    `${fmt.b("正在核对：")} ${fmt.who(f.requester)} 在 ${access(f, fmt)}，${lasting(f, fmt)}。${unchecked}`,
  pending: sent,
  nudged: (f, fmt) => `${sent(f, fmt)}${already(f.nudgedAt, "提醒", fmt)}。`,
  "not-delivered": waiting["not-delivered"],
};

const decides: Words["decides"] = (f, fmt, other) => {
  const any = fmt.any(f.approvers, APPROVER);
  const one = f.approvers.length === 1 && any.startsWith("<@");
  const you = other ? `你和 ${fmt.who(other)} ` : "你";
  const who =
    f.count > 1
      ? `须由 ${any}中除${you}以外的 ${f.count} 人批准。`
      : one
        ? `由 ${any}审批。`
        : `${any}中除${you}以外的任意一位均可审批。`;
  return `${who}${fmt.when(f.closesAt)} 前无人审批则自动关闭。`;
};

const quorum: Words["quorum"] = ({ count, approvals }, fmt) => {
  if (approvals.length === 0) return `须由 ${count} 人分别批准。`;
  const by = zhGrammar.all(approvals.map((one) => `${name(one.by)}（${fmt.when(one.at)}）`));
  return `${by}已批准，还需 ${count - approvals.length} 人批准。`;
};

const lessened: Words["lessened"] = ({ by, asked: at, now }, fmt) =>
  `${fmt.b("少于所申请：")} 原申请为 ${fmt.code(at.role)} 权限（${span(at.duration)}），由 ${name(by)} 改为 ${fmt.code(now.role)} 权限（${span(now.duration)}）。`;

const background: Words["background"] = {
  local: (time) => (time ? `当地时间 ${time}` : ""),
  holds: ({ role, until }, fmt) => `现有 ${fmt.code(role)} 权限，${fmt.until(until)}`,
  holdsMore: (count) => `另有 ${count} 项`,
  grants: ({ grants, last }, fmt) => {
    if (grants === 0 || !last) return "30 天内没有获得过权限";
    const approved = last.by === "policy" ? "按策略自动批准" : `${name(last.by)} 批准`;
    const by = last.emergency ? "紧急取用" : approved;
    return `30 天内获得过 ${grants} 次权限，最近一次是 ${fmt.when(last.at)} ${by}的 ${fmt.code(last.role)}`;
  },
  denied: ({ at, by, why }, fmt) => fmt.b(`${fmt.when(at)} 被 ${name(by)} 拒绝：${foreign(why, 100)}`),
};

const phrases: typeof enPhrases = {
  APPROVER,
  time,
  what,
  mine,
  asking,
  asks,
  theirs,
  changed,
  closedFor,
  approver,
  denies,
  tokenComes,
};
export const zhPhrases = { ...phrases, already };
export const zhRequest: Words = {
  card,
  waiting,
  notice,
  token,
  reveal,
  emergency,
  alert,
  leak,
  lost,
  tokenLeft,
  reminder,
  idle,
  asker,
  decides,
  quorum,
  lessened,
  prolonged,
  background,
};
