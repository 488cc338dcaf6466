/** 中文：预先允许。 */
import type { Allowance } from "../../domain/allowance.ts";
import type { enAllowance } from "./en-allowance.ts";
import { type Formatter, name } from "./formatter.ts";
import { foreign } from "./text.ts";
import { zhGrammar } from "./zh-grammar.ts";

type Words = typeof enAllowance;
const { span } = zhGrammar;
const allowers = (a: Allowance): string => zhGrammar.all(a.allowedBy.map((one) => name(one.by)));
/** Never at the end of a sentence: there the code would force a space before the full stop. */
const what = (a: Allowance, fmt: Formatter): string =>
  `${fmt.code(a.role)} 权限（每次最长 ${span(a.duration)}）`;
const missing = ({ count, allowedBy }: Allowance): number => Math.max(count - allowedBy.length, 0);
const others = (a: Allowance): string => `还需 ${missing(a)} 位审批人一并允许`;
const by = ({ withdrawn }: Allowance, fmt: Formatter): string => {
  if (!withdrawn) return "";
  return fmt.isReader(withdrawn.by) ? "由你" : `由 ${name(withdrawn.by)} `;
};

const line: Words["line"] = {
  waiting: (a, _, fmt) =>
    `${fmt.b(`预先允许（${a.allowedBy.length}/${a.count}）：`)} ${name(a.person)} 的 ${what(a, fmt)}，${fmt.until(a.until)} · 由 ${allowers(a)} 允许，${others(a)}。`,
  standing: (a, _, fmt) =>
    `${fmt.b("已预先允许：")} ${name(a.person)} 的 ${what(a, fmt)}，${fmt.until(a.until)} · 由 ${allowers(a)} 允许，申请时无须再审批。`,
  withdrawn: (a, _, fmt) =>
    `${fmt.b(`已${by(a, fmt)}撤回（${fmt.when(a.withdrawn?.at ?? a.until)}）：`)} ${name(a.person)} 的 ${what(a, fmt)}，曾由 ${allowers(a)} 预先允许。`,
  over: (a, _, fmt) =>
    `${fmt.b(`已到期（${fmt.when(a.until)}）：`)} ${name(a.person)} 的 ${what(a, fmt)}，曾由 ${allowers(a)} 预先允许。`,
};

const standing: Words["dm"]["standing"] = (a, hub, fmt) =>
  `${fmt.b(`${fmt.people(a.allowedBy.map((one) => one.by))} 已预先允许：`)} 你在 ${fmt.b(hub)} 的 ${what(a, fmt)}，${fmt.untilDay(a.until)}。照常申请即可，无须再审批。`;

const dm: Words["dm"] = {
  standing,
  waiting: standing,
  withdrawn: (a, _, fmt) =>
    `${fmt.b(`不再预先允许（已${by(a, fmt)}撤回）：`)} ${what(a, fmt)}。仍可照常申请，但不再凭此通过。`,
  over: (a, _, fmt) => `${fmt.b("不再预先允许（已到期）：")} ${what(a, fmt)}。仍可照常申请，但不再凭此通过。`,
};

const done: Words["done"] = {
  waiting: (a, _, fmt) =>
    `${fmt.b(`你已允许（${a.allowedBy.length}/${a.count}）：`)} ${fmt.who(a.person)} 的 ${what(a, fmt)}，${fmt.until(a.until)}。${others(a)}才会生效，已在频道中询问。`,
  standing: (a, _, fmt) =>
    `${fmt.b("已预先允许：")} ${fmt.who(a.person)} 的 ${what(a, fmt)}，${fmt.until(a.until)}，已告知对方。撤回请用 ${fmt.code(`${fmt.command} 已允许`)}`,
  withdrawn: (a, _, fmt) =>
    `${fmt.b("已撤回：")} ${fmt.isReader(a.person) ? "你" : `${fmt.who(a.person)} `}的 ${what(a, fmt)}。已生效的权限照常使用，新的申请不再凭此通过。`,
  over: (a, _, fmt) => `${fmt.b("已到期：")} ${fmt.who(a.person)} 的 ${what(a, fmt)}。`,
};

const list: Words["list"] = {
  head: (count, hub, fmt) =>
    count > 0
      ? `${fmt.b(`预先允许共 ${count} 项：`)} ${hub} 上的这些申请无须再审批。`
      : `${fmt.b("没有预先允许的内容：")} ${hub} 上没有给你的、由你给出的，也没有针对你所审批角色的预先允许。`,
  line: (a, _, fmt) =>
    `${fmt.isReader(a.person) ? "你" : `${name(a.person)} `}的 ${what(a, fmt)}，${fmt.until(a.until)} · 由 ${allowers(a)} 允许${
      missing(a) > 0 ? `，${others(a)}` : ""
    } · ${foreign(a.reason, 100)} · ${a.id}`,
  more: (shown, all) => `按到期先后显示 ${all} 项中的 ${shown} 项`,
  how: (fmt) => `审批人可用 ${fmt.code(`${fmt.command} 允许 @某人 角色 4小时 为期 3天 理由`)} 预先允许`,
};

export const zhAllowance = { line, dm, done, list };
