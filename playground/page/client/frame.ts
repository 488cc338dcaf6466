/** What stands around the two Slacks: what this is, the names of the parts, and the choice of column on a narrow window. */
import { byId, plainButton } from "./dom.ts";
import { t } from "./language.ts";
import { recall } from "./remember.ts";
import { COLUMNS, type Column, showColumn } from "./tabs.ts";

const PARTS: Record<string, string> = {
  clock: t("Clock", "时钟"),
  tour: t("Tour", "导览"),
  switch: t("What to look at", "看哪一部分"),
  left: t("The requester’s Slack", "申请人的 Slack"),
  right: t("The approver’s Slack", "审批人的 Slack"),
  tools: t("Dashboard and what is behind the scenes", "控制台与幕后"),
};

const WORDS: Record<Column, string> = {
  left: t("Requester", "申请人"),
  right: t("Approver", "审批人"),
  tools: t("Karpor & more", "Karpor 与更多"),
};

export function createFrame(): void {
  document.documentElement.lang = t("en", "zh-CN");
  byId("says").textContent = t(
    "Only Slack’s servers and Karpor are stand-ins; the bot and Redis are real.",
    "只有 Slack 服务器和 Karpor 是模拟的，机器人和 Redis 都是真的。",
  );
  byId("what").textContent = t(
    "A Slack bot gives people access to Karpor once somebody approves, and provably takes it back on time.",
    "一个 Slack 机器人：批准后授予申请人限时权限访问 Karpor，到期收回，并证明已经收回。",
  );
  byId("skip").textContent = t("Skip to Slack", "跳到 Slack");
  byId("playground").textContent = t("playground", "演练场");
  document.title = `karpor-access ${byId("playground").textContent}`;
  for (const [id, name] of Object.entries(PARTS)) byId(id).ariaLabel = name;

  for (const column of COLUMNS) {
    const go = () => showColumn(column);
    byId("switch").append(plainButton({ "data-column": column, onclick: go }, WORDS[column]));
  }
  showColumn(COLUMNS.find((column) => column === recall("column")) ?? "left");
}
