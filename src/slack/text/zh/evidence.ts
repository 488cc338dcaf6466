/** Chinese: what an access was used for, and the seals of the trail. */
import type { Use } from "../../../request/use.ts";

type Counts = Pick<Use, "reads" | "changes" | "refusals">;

export const evidence = {
  used: (when: string, { reads, changes, refusals }: Counts) => {
    const counts = [`读取 ${reads} 次`, `更改 ${changes} 次`, refusals > 0 ? `被拒绝 ${refusals} 次` : ""];
    return `使用时间 ${when}：${counts.filter(Boolean).join("，")}。`;
  },
  noUse: "未报告任何使用。",
  unknown: "无法得知是否使用过。",
  unlessKept: "点击保留或使用后不会提前结束。",
  seal: (until: string) => `*审计记录（截至 ${until}）* 的封印如下，可用 \`npm run audit verify\` 核对：`,
  sealRing: "审计记录的最新封印",
};
