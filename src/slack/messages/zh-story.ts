/** 中文：一条申请的经过，照审计记录逐步写明。 */
import type { TriedStep } from "../../domain/attempt.ts";
import { BY_BREAK_GLASS } from "../../domain/break-glass.ts";
import { Principal, UserId } from "../../domain/ids.ts";
import { AT_A_CLICK } from "../../domain/lifecycle.ts";
import { operatorIn } from "../../domain/operator.ts";
import { ruleNamed } from "../../domain/policy-rule.ts";
import { End, isRenewal } from "../../domain/request.ts";
import type { TrailStep } from "../../domain/step.ts";
import { endingOf, type Story } from "../../domain/story.ts";
import type { enStory } from "./en-story.ts";
import type { Formatter } from "./formatter.ts";
import { foreign } from "./text.ts";
import { beforeVerb, zhGrammar } from "./zh-grammar.ts";

type Words = typeof enStory;
type Step = Words["remark"];
const { span } = zhGrammar;
const WORDS = 300;

const OTHERS: Record<string, string> = { bot: "机器人", policy: "策略", time: "时限" };
const other = (id: string): string => {
  const operator = operatorIn(id);
  return operator === null ? (OTHERS[id] ?? foreign(id, 80)) : zhGrammar.operator(foreign(operator, 60));
};
const who = (id: string, fmt: Formatter): string =>
  UserId.safeParse(id).success ? fmt.user(id, id) : other(id);
const because = (text: string | null): string => (text ? `：${foreign(text, WORDS)}` : "");
/** Before a verb. */
const by = (id: string, fmt: Formatter): string =>
  UserId.safeParse(id).success ? `${fmt.user(id, id)} ` : (OTHERS[id] ?? beforeVerb(other(id)));
/** What the trail has a code for. */
const coded = (text: string, fmt: Formatter): string => (text ? `： ${fmt.code(text)}` : "");
const through = ({ qualified }: TrailStep, fmt: Formatter): string => {
  const group = Principal.safeParse(qualified).data;
  return group?.startsWith("S") ? `（凭 ${fmt.any([group], group).trim()}）` : "";
};
const terms = ({ role, duration }: { role: string; duration: number }, fmt: Formatter): string =>
  `${fmt.code(role)}（${span(duration)}）`;

const moreFor = (s: TrailStep): string => (s.extends ? `延长 ${s.extends} 的` : "");

const approved: Step = (s, fmt) => {
  const { qualified, asked, approvals } = s;
  const less = asked ? `，由 ${terms(asked, fmt)}减为 ${terms(s, fmt)}` : "";
  const rule = ruleNamed(qualified ?? "");
  if (qualified?.startsWith(BY_BREAK_GLASS)) return "紧急取用，未经审批";
  if (s.who === "policy") return rule === undefined ? "按策略自动批准" : `规则“${foreign(rule, 60)}”自动批准`;
  const all = approvals.length > 0 ? approvals.map((one) => one.who) : [s.who];
  const last = by(all.at(-1) ?? s.who, fmt);
  const people = zhGrammar.all([...all.slice(0, -1).map((one) => who(one, fmt)), last]);
  const allowance = /^allowed (A-\w+)/.exec(qualified ?? "")?.[1];
  if (allowance) return `${people}已预先允许（${allowance}）`;
  const notes = approvals.flatMap(({ note }) => note || []);
  return `${people}批准${through(s, fmt)}${less}${because(notes.join("；") || s.why)}`;
};

const ENDED: Record<End["cause"], Step> = {
  expired: () => "到期结束",
  released: (s, fmt) => `${by(s.who, fmt)}自行结束`,
  revoked: (s, fmt) => `${by(s.who, fmt)}撤销${through(s, fmt)}`,
  failed: () => "未能开通",
  altered: () => "在 Karpor 上被改动，因此结束",
  lost: () => "在 Karpor 上被删除，因此结束",
  departed: () => "不再面向持有人，因此结束",
  idle: () => "因闲置结束，没有使用记录",
  other: () => "结束",
};
const ending: Step = (s, fmt) => {
  const { cause, more } = endingOf(s);
  const why = End.shape.cause.parse(cause);
  const isCode = why === "failed" || why === "departed";
  return `${ENDED[why](s, fmt)}${isCode ? coded(more, fmt) : because(more)}`;
};

const PROOF: Record<string, string> = {
  probe: "已验证：Karpor 拒绝该令牌",
  absence: "已验证：令牌的账号已从 Karpor 删除",
  expiry: "Karpor 未能验证，但令牌自身已过期",
};

const proven: Step = (s, fmt) =>
  s.verification?.method === "abandoned"
    ? `Karpor 始终未能确认，${by(s.who, fmt)}了结${because(s.why)}`
    : (PROOF[s.verification?.method ?? ""] ?? "已结束");

const steps: Words["steps"] = {
  requested: (s, fmt) =>
    s.askedBy
      ? `${by(s.who, fmt)}替 ${who(s.requester, fmt)} 申请${moreFor(s)} ${terms(s, fmt)}`
      : `${by(s.who, fmt)}申请${moreFor(s)} ${terms(s, fmt)}`,
  pending: () => "提交给审批人",
  refused: (s, fmt) => `未受理${coded([s.qualified, s.why].filter(Boolean).join(", "), fmt)}`,
  withdrawn: (s, fmt) => `${by(s.who, fmt)}撤回`,
  timedOut: ({ from }) => `已过期，${from === "requested" ? "未能在期限内完成核对" : "无人在期限内审批"}`,
  denied: (s, fmt) => `${by(s.who, fmt)}拒绝${through(s, fmt)}${because(s.why)}`,
  scheduled: (s, fmt) => `${approved(s, fmt)}${s.startsAt === null ? "" : `，${fmt.when(s.startsAt)} 开始`}`,
  approved: (s, fmt) => {
    if (isRenewal(s)) return `${by(s.who, fmt)}换用新令牌${because(s.why)}`;
    return s.from === "scheduled" ? "时间已到" : approved(s, fmt);
  },
  extending: (s, fmt) => `延长：${approved(s, fmt)}`,
  extended: () => "权限已延长",
  delivering: () => "已在 Karpor 上建立",
  active: (s, fmt) =>
    `${s.from === null ? "在 Karpor 上发现，没有任何记录" : s.why === AT_A_CLICK ? "已就绪，点击后向持有人显示令牌" : "令牌已给出"}${
      s.expiresAt === null ? "" : `，${fmt.until(s.expiresAt)}`
    }`,
  ending,
  ended: (s, fmt) => (s.from === "scheduled" ? `${ending(s, fmt)}，从未开始` : proven(s, fmt)),
};

const TRIED: Record<string, string> = { approve: "批准", deny: "拒绝", review: "复核", revoke: "撤销" };
const MAY_NOT: Record<string, string> = {
  "own-request": "这是其本人的申请",
  "own-emergency": "这是其本人的紧急取用",
  "not-approver": "不在其审批人之列",
  "not-reviewer": "不在其复核人之列",
  "not-served": "不是工作区成员",
};

const tried = ({ who: id, attempt, why, full }: TriedStep, fmt: Formatter): string =>
  `${by(id, fmt)}试图${TRIED[attempt] ?? ` ${fmt.code(attempt)} 操作`}，无权这样做：${MAY_NOT[why] ?? ` ${fmt.code(why)}`}${
    full ? "；此人一小时内的其他尝试不再记录" : ""
  }`;

const became = ({ approval, ending: end, at }: Story, fmt: Formatter): string[] => [
  ...(approval
    ? [
        approved(
          { ...approval, why: null, approvals: approval.approvals.map(({ note: _, ...one }) => one) },
          fmt,
        ),
      ]
    : []),
  ...(end
    ? [`${fmt.when(end.at)} ${ending({ ...end, why: endingOf(end).cause }, fmt)}`]
    : [`最近一步 ${fmt.when(at)}`]),
];

export const zhStory: Words = {
  steps,
  remark: (s, fmt) => `${who(s.who, fmt)}${because(s.why)}`,
  tried,
  unknown: (s, fmt) => `${who(s.who, fmt)}： ${fmt.code(s.to)}`,
  head: (story, state, hub, fmt) =>
    `${fmt.b(`${story.id} ${state}：`)} ${fmt.user(story.requester, "持有人")} 在 ${hub} 的 ${terms(story, fmt)}。`,
  line: (story, state, fmt) =>
    [
      `${fmt.b(`${state}：`)} ${terms(story, fmt)}`,
      `${fmt.when(story.askedAt)} 申请`,
      ...became(story, fmt),
      story.id,
    ].join(" · "),
  historyHead: ({ total, person, since, hub }, fmt) => {
    const whose = fmt.isReader({ id: person }) ? "你" : `${fmt.user(person, "此人")} `;
    const what = `${whose}自 ${fmt.when(since)} 起在 ${hub} 上的申请`;
    if (total === 0) return `${fmt.b("没有申请：")} ${what}。`;
    return total === null
      ? `${fmt.b("历史：")} ${what}中由你审批的角色，最近的在前。`
      : `${fmt.b(`共 ${total} 条：`)} ${what}，最近的在前。`;
  },
  how: (fmt) =>
    `${fmt.code(`${fmt.command} 历史 90天`)} 查看更早的， ${fmt.code(`${fmt.command} 查看 R-…`)} 查看一条申请的经过。`,
};
