/** Chinese: what administrators are told although no one asked. */
import type { DoubtedGroup } from "../../domain/alarm.ts";
import type { ForeignObject } from "../../flow/ports.ts";
import type { enAlarms } from "./en-alarms.ts";
import { bullets, objectCode, subjectCodes } from "./foreign-objects.ts";
import type { Formatter } from "./formatter.ts";
import { foreignCode } from "./text.ts";
import { zhGrammar } from "./zh-grammar.ts";

const INVITE = "请把机器人邀请进该频道，或在配置文件中改用其他频道";

const revoke = (id: string, fmt: Formatter): string => fmt.code(`${fmt.command} 撤销 ${id}`);
const rotate = (fmt: Formatter): string => `请运行 ${fmt.code("npm run setup -- --rotate")} 更换凭证`;
const setUp = (fmt: Formatter): string =>
  `请运行 ${fmt.code("npm run setup -- --from-cluster")} 命令；在 Kubernetes 上，还要运行它给出的命令，把新的 kubeconfig 放进机器人的 Secret。`;

export const zhAlarms: typeof enAlarms = {
  credential: (left, hub, fmt) =>
    `${fmt.b(`${zhGrammar.span(left)}后失效：`)} 机器人自己对 ${hub} 的访问凭证，且未能自动续期。${setUp(fmt)}在机器人运行之处用 ${fmt.code("npm run doctor")} 检查是否已经恢复；否则无法再授予权限，也无法收回权限。`,
  cardRefused: (channel, code, { id }, fmt) =>
    `${fmt.b("无法送达审批人：")} Slack 不接受发往 ${fmt.channel(channel, "审批频道")} 的消息（${code}），${id} 还没有人看到。${INVITE}，然后用 ${fmt.code("npm run doctor")} 检查。`,
  emergencyUnseen: (channel, code, { id, role, requester }, fmt) =>
    `${fmt.b("有人紧急取用权限，却无人收到通知：")} ${fmt.code(requester.name)} 未经审批取用了 ${fmt.code(role)} 权限（${id}），而 Slack 不接受发往 ${fmt.channel(channel, "审批频道")} 的消息（${code}）。命令 ${revoke(id, fmt)} 可以结束它。${INVITE}，以便复核。`,
  adopted: ({ id, role, requester }, hub, fmt) =>
    `${fmt.b("没有任何记录：")} ${hub} 上发现 ${fmt.code(requester.name)} 的 ${fmt.code(role)} 授权，机器人已接管，并会按时结束它。如果 Redis 没有丢失数据，那么它是由持有机器人凭证的人伪造的：请用 ${revoke(id, fmt)} 撤销。之后${rotate(fmt)}。`,
  returned: ({ id, role, requester }, { hub, isEarlier }, fmt) =>
    `${fmt.b("已结束的授权再次出现：")} ${hub} 上 ${fmt.code(requester.name)} 的 ${fmt.code(role)} 授权（${id}）${isEarlier ? "的一个旧令牌" : ""}。机器人会将它移除，也会移除其他再次出现的授权。如果 Karpor 没有从备份恢复，说明有人手工重建了它：${rotate(fmt)}。命令 ${fmt.code(`${fmt.command} show ${id}`)} 显示它的经过。`,
  lockedOut: (hub, fmt) =>
    `${fmt.b("机器人被拒之门外：")} ${hub} 的 Karpor 拒绝机器人的令牌，每次升级 Karpor 之后都会如此。在拿到新令牌之前，无法授予权限，也无法确认权限已经结束。${setUp(fmt)}机器人无需重启即会使用新的 kubeconfig。若已安装自动恢复任务，数分钟内会自行恢复。`,
  letIn: (hub, fmt) =>
    `${fmt.b("机器人已恢复：")} ${hub} 的 Karpor 重新接受机器人的令牌。期间获批或到期的权限现在处理。若 Karpor 更换了签名密钥，所有持有有效权限的人都会收到新令牌。`,
  hubSilent: (since, hub, fmt) =>
    `${fmt.b("无法得知使用情况：")} 自 ${fmt.when(since)} 起，${hub} 没有再向机器人报告令牌的使用情况。权限照常授予和结束，但所显示的使用记录不完整。请用 ${fmt.code("npm run doctor")} 检查。`,
  unsealed: (since, hub, fmt) =>
    `${fmt.b("审计轨迹没有被封印：")} ${since === null ? "" : `自 ${fmt.when(since)} 起，`}写入轨迹的记录不在 ${hub} 的 Karpor 所持有的任何封印中。在此期间，能写 Redis 的人可以改动它们而不被发现。如果没有认识的人在处理 Redis，说明它的密码可能已落入他人之手。命令 ${fmt.code("npm run -s audit -- verify --live")} 显示涉及多少记录；如何检查见 docs/audit.md。`,
  readsOpened: ({ reads, allows }, hub, fmt) =>
    [
      `${fmt.b("无需令牌即可读取：")} ${hub} 的 Karpor。配置写明 ${fmt.code("hub.anonymous: closed")} 不允许这样。${reads ? "任何能访问它的人都能读取 guest 能读的内容。" : "最迟在 karpor-server 下次启动时，任何能访问它的人都能读取。"}`,
      ...(allows.length > 0 ? [`角色 ${fmt.code("anonymous")} 允许的不止页面：`] : []),
      ...bullets(
        allows,
        (right) => foreignCode(right, 100),
        (more) => `另有 ${more} 项`,
      ),
      `请用 ${fmt.code("npm run setup -- --close-anonymous")} 关闭。如果没有认识的人打开过它，说明有他人在改动 Karpor 的角色或绑定。`,
    ].join("\n"),
  readsClosed: (hub, fmt) => `${fmt.b("已重新关闭：")} ${hub} 的 Karpor 对没有令牌的人只显示页面。`,
  altered: ({ id, role, requester }, hub, fmt) =>
    `${fmt.b("被人改动：")} ${hub} 上 ${fmt.code(requester.name)} 的 ${fmt.code(role)} 授权（${id}）的绑定被人改动。机器人正在结束这一授权。如果没有认识的人做过这一改动，说明机器人的凭证已落入他人之手：${rotate(fmt)}。`,
  groups: (groups, fmt) => {
    const line = ({ id, what, lost, of }: DoubtedGroup) =>
      `<!subteam^${id}>（${id}）${{ gone: "已停用或删除", empty: "没有成员", halved: `${of} 名成员少了 ${lost} 名` }[what]}`;
    return [
      `${fmt.b("用户组可能有误：")} 这也许是目录同步造成的，没有人因此失去权限。`,
      ...bullets(groups, line, (more) => `另有 ${more} 个`),
      `确实离开的人会保留现有权限直到结束；命令 ${revoke("@某人", fmt)} 可以立即结束。成员减少的用户组如果一小时后仍然如此，即视为有意为之；没有成员、已停用或删除的用户组不会。`,
    ].join("\n");
  },
  leakUnproven: ({ id, role, requester }, until, hub, fmt) =>
    `${fmt.b("泄露的令牌可能仍然有效：")} ${fmt.code(requester.name)} 在 ${hub} 的 ${fmt.code(role)} 权限的令牌，最迟 ${fmt.when(until)} 失效。目前无法确认 Karpor 已拒绝它，机器人会继续重试。命令 ${fmt.code("npm run doctor")} 会说明原因；命令 ${revoke(id, fmt)} 可以结束整项权限。`,
  foreign: (objects, hub, fmt) => {
    const line = (one: ForeignObject) => {
      if (one.elsewhere !== undefined)
        return `另一个机器人的授权：实例 ${foreignCode(one.instance ?? "", 50)} 位于 ${foreignCode(one.elsewhere, 50)}`;
      if (one.older)
        return `机器人的旧账号 ${objectCode(one)} 仍拥有机器人的权限：更换账号没有完成，或 Karpor 从完成之前的备份恢复，持有其令牌的人也就拥有机器人的权限。${rotate(fmt)}`;
      if (one.kind === "ServiceAccount") return `授权命名空间中的账号 ${objectCode(one)}`;
      return `${objectCode(one)} 把 ${foreignCode(one.clusterRole ?? "", 50)} 授予 ${subjectCodes(one.subjects)}${one.removed ? "；已移除" : ""}`;
    };
    return [
      `${fmt.b("并非机器人所建：")} ${hub} 上有 ${objects.length} 个对象可能绕过机器人授予访问权限。`,
      ...bullets(objects, line, (more) => `另有 ${more} 个`),
      `如果没有人认得它们，说明机器人的凭证已落入他人之手：${rotate(fmt)}。命令 ${fmt.code("npm run doctor")} 会给出删除的命令，以及如何认可你自己的账号或另一个机器人。`,
    ].join("\n");
  },
  redisBehind: (until, fmt) =>
    [
      `${fmt.b("新的权限正等待你确认：")} ${until ? `Redis 是从截至 ${fmt.when(until)} 的副本恢复的` : "Redis 已被清空"}，而 Karpor 记得此后还有变化。此后结束、拒绝或撤回的内容已不在任何记录中。已生效的权限照常使用，并按时结束。`,
      "• 如果有更新的 Redis 副本，请恢复它，不要按下按钮。",
      "• 如果没有，请按下按钮：此后的申请照常开通；此前的申请会被关闭，可以再次提交。",
    ].join("\n"),
};
