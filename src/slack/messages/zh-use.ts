/** 中文：权限被用来做了什么，以 Karpor 报告的为准。 */
import { changesMade, type Gap, type SeenUse, type UseChange, usesIn } from "../../domain/use.ts";
import type { enUse } from "./en-use.ts";
import type { Formatter } from "./formatter.ts";

type Words = typeof enUse;

const NAMED = 2;

const gap = ({ from, to }: Gap, fmt: Formatter): string =>
  to === null ? `自 ${fmt.when(from)} 起记录不完整` : `${fmt.when(from)} 至 ${fmt.when(to)} 的记录不完整`;
function gaps({ gaps: all }: SeenUse, fmt: Formatter): string[] {
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last || all.length <= NAMED) return all.map((one) => gap(one, fmt));
  const from = fmt.when(first.from);
  return [
    `${last.to === null ? `自 ${from} 起` : `${from} 至 ${fmt.when(last.to)} `}有 ${all.length} 段记录不完整`,
  ];
}

const call = ({ method, path }: UseChange, fmt: Formatter): string => fmt.code(`${method} ${path}`);

function changes(use: SeenUse, fmt: Formatter): string[] {
  if (use.changed === 0) return [];
  const named = changesMade(use).slice(0, NAMED);
  const more = use.changed > named.length ? " …" : "";
  return [`${use.changed} 次更改： ${named.map((one) => call(one, fmt)).join("、 ")}${more}`];
}

export const zhUse: Words = {
  lately: (use, fmt) => {
    const nothing = use.gaps.length > 0 ? "没有使用记录" : "尚未使用";
    return [use.last === null ? nothing : `上次使用：${fmt.ago(use.last)}`, ...gaps(use, fmt)].join("，");
  },
  line: (use, fmt) =>
    use.last === null
      ? [`${fmt.b("没有使用记录：")} Karpor 没有报告过这项权限的使用`, ...gaps(use, fmt)].join(" · ")
      : [
          `${fmt.b(`共使用 ${usesIn(use)} 次：`)} 最后一次 ${fmt.when(use.last)}`,
          ...changes(use, fmt),
          ...(use.refused > 0 ? [`${use.refused} 次被拒绝`] : []),
          ...gaps(use, fmt),
        ].join(" · "),
  idle: (line, fmt) => `${fmt.b("因闲置已结束。")} ${line}`,
  enough: (role, fmt) => `${fmt.code(role)} 就够用了`,
  places: (use) => `${use.reads} 次读取，来自 ${use.addresses} 个地址、${use.agents} 种客户端`,
  change: (one, fmt) => `${call(one, fmt)} → ${one.code === 0 ? "无应答" : one.code}`,
};
