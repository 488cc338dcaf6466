/** 中文：权限的使用情况，和审计记录的校验值。 */
import type { Use } from "../../../request/use.ts";

type Counts = Pick<Use, "reads" | "changes" | "refusals">;

export const evidence = {
  used: (when: string, { reads, changes, refusals }: Counts) => {
    const counts = [`读取 ${reads} 次`, `更改 ${changes} 次`, refusals > 0 ? `被拒绝 ${refusals} 次` : ""];
    return `使用记录（${when}）：${counts.filter(Boolean).join("，")}。`;
  },
  late: (refusals: number) => `结束后被拒绝 ${refusals} 次。`,
  noUse: "没有收到使用记录。",
  unknown: "无法得知是否使用过。",
  unlessKept: "点击“保留”或使用一次，就不会提前结束。",
};
