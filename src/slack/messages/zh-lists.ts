/** 中文：列表，以及一条申请的经过。 */
import type { enLists } from "./en-lists.ts";

type Words = typeof enLists;

const pending: Words["pending"] = {
  head: (count, hub, fmt) =>
    count > 0
      ? `${fmt.b(`${count} 项待你处理：`)} 在 ${hub} 上，最早到期的在前。`
      : `${fmt.b("没有待你处理的事项：")} 目前 ${hub} 上没有需要你审批的内容。`,
  more: (count, fmt) => `${count} 项待你处理： ${fmt.code(`${fmt.command} 待审批`)}`,
};

const active: Words["active"] = {
  head: ({ total, role, person, hub }, fmt) => {
    const whose = person === undefined ? "" : `${fmt.user(person, "此人")} 的 `;
    const which = role === undefined ? `${whose}${hub} 权限` : `${whose}${hub} 的 ${fmt.code(role)} 权限`;
    return total > 0
      ? `${fmt.b(`${total} 项生效中：`)} ${which}，最早结束的在前。`
      : `${fmt.b("没有生效中的权限：")} ${which}。`;
  },
  how: (fmt) => `只看一部分： ${fmt.code(`${fmt.command} 生效中 角色`)} 或 ${fmt.code("生效中 @某人")}`,
};

export const zhLists: Words = {
  place: (first, last, total) =>
    total === null ? `第 ${first}–${last} 项` : `第 ${first}–${last} 项，共 ${total} 项`,
  from: (first) => `从第 ${first} 项起`,
  pending,
  active,
};
