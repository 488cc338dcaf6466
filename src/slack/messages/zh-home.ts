/** 中文：主页。 */
import type { Words } from "./index.ts";

export const zhHome: Words["home"] = {
  answer: "Karpor 访问权限",
  have: "你的权限",
  waits: "等待中",
  decides: "待你处理",
  roles: "申请权限",
  allRoles: (count) => `全部 ${count} 个角色…`,
  noRoles: "目前没有其他可以申请的角色。",
  active: (count) => `全部生效中：${count}`,
  more: (shown, all, line, fmt) => `仅显示 ${all} 项中的 ${shown} 项，全部列表： ${fmt.code(line)}`,
};
