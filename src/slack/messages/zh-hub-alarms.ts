/** Chinese: what the hub's audit log gives cause for alarm. */
import { areUnsure, type ObservedWrite } from "../../domain/hub-signs.ts";
import type { enHubAlarms } from "./en-hub-alarms.ts";
import type { Facts } from "./facts.ts";
import { alarmCode, bullets, subjectCodes } from "./foreign-objects.ts";
import type { Formatter } from "./formatter.ts";

const DID = { made: "创建了", changed: "修改了", deleted: "删除了" };
const ONE = { binding: "绑定", account: "账号", token: "令牌，所属账号" };
const ALL = { binding: "一批绑定", account: "一批授权账号", token: "一批令牌" };

function line(write: ObservedWrite, fmt: Formatter): string {
  const { did, unsure, what, name, clusterRole, subjects, address, agent } = write;
  const done = unsure ? `可能${DID[did]}` : DID[did];
  const object = name === "" ? ALL[what] : `${ONE[what]} ${alarmCode(name)}`;
  const whom = subjects?.length ? `授予 ${subjectCodes(subjects)}` : "授予他人";
  const gives = clusterRole === undefined ? "" : ` · 把 ${alarmCode(clusterRole)} ${whom}`;
  const from = `来自 ${alarmCode(address || "?")}${agent ? ` · 客户端 ${alarmCode(agent)}` : ""}`;
  return `${fmt.exact(write.at)} ${done}${object}${gives} · ${from}${write.as ? ` · 以 ${alarmCode(write.as)} 的身份` : ""}`;
}

const whose = (f: Facts | null, id: string, fmt: Formatter): string =>
  f ? `${fmt.name(f.requester)} 的 ${fmt.code(f.role)}` : id;

export const zhHubAlarms: typeof enHubAlarms = {
  lateUse: (f, { id, deleted, used }, hub, fmt) =>
    `${fmt.b("结束之后仍被使用：")} ${hub} 上的 Karpor 于 ${fmt.exact(used)} 收到并允许了 ${whose(f, id, fmt)} 的一次请求，而所依据的绑定已于 ${fmt.exact(deleted)} 删除。这次结束并未生效：请检查 RBAC 是否开启，以及每个 karpor-server 副本是否与其 etcd 同步。`,
  refused: (f, { id, most, at }, hub, fmt) =>
    `${fmt.b("一再被拒绝：")} ${whose(f, id, fmt)} 在 ${hub} 上一小时内被拒绝的请求超过 ${most} 次，最近一次在 ${fmt.exact(at)}。有人在尝试该角色不允许的操作，或某个程序并不知道自己没有权限。`,
  tooLarge: ({ at }, hub, fmt) =>
    `${fmt.b("批次过大，未能查看：")} ${hub} 上的 Karpor 于 ${fmt.exact(at)} 一次告知的内容过多。这里不知道那前后发生了什么，请查看 Karpor 自己的审计日志。`,
  tooLargeHow: "有人可以借此掩盖另一个请求，只需向 Karpor 发送很长的请求。",
  writes: ({ who, asBot, writes, count, unread }, hub, fmt) =>
    [
      who === ""
        ? `${fmt.b("数量过多，未能逐项查看：")} ${hub} 上另有 ${unread} 项写操作，可能改动了访问权限。这里不知道是谁所为，请查看 Karpor 自己的审计日志。`
        : asBot
          ? `${fmt.b("机器人的账号做了机器人没有做的事：")} ${hub} 上的账号 ${fmt.code(who)} 由机器人专用。`
          : `${fmt.b("不是机器人所为：")} ${fmt.code(who)} ${areUnsure(writes) ? "可能改动了" : "改动了"} ${hub} 上的访问权限。`,
      ...bullets(
        writes,
        (one) => line(one, fmt),
        () => "",
      ),
      ...(count > writes.length ? [`• 另有 ${count - writes.length} 项`] : []),
      ...(unread > 0 && who !== "" ? [`• 另有 ${unread} 项（不分何人），因数量过多未逐项保留`] : []),
    ].join("\n"),
  writesHow: (asBot, fmt) =>
    asBot
      ? `机器人的凭证已落入他人之手，请用 ${fmt.code("npm run setup -- --rotate")} 使其失效。`
      : `如果没有认识的人这样做过，说明有人拥有 Karpor 中不该有的权限。请用 ${fmt.code("npm run doctor")} 查看现有对象。`,
};
