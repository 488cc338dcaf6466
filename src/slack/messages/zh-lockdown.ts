/** Chinese: all access locked down, or all of a person or role revoked. */
import type { Lockdown } from "../../domain/lockdown.ts";
import { isLockdown, type MassEnd, type Scope } from "../../domain/mass-end.ts";
import type { LockedDown, Unlocked } from "../../flow/together/lockdown.ts";
import type { Affected } from "../../flow/together/revoke-all.ts";
import { ROLES_NAMED } from "./en-lockdown.ts";
import type { Formatter } from "./formatter.ts";
import type { Words } from "./index.ts";
import { beforeVerb } from "./zh-grammar.ts";

function what(scope: Scope, hub: string, fmt: Formatter): string {
  if (scope.what === "everything") return `${hub} 的全部权限`;
  if (scope.what === "role") return `${hub} 的全部 ${fmt.code(scope.role)} 权限`;
  return `${fmt.user(scope.person, "一位成员")} 在 ${hub} 的全部权限`;
}

function counted({ grants = [], left, troubled, proven = 0, unproven = 0 }: MassEnd, fmt: Formatter): string {
  const all = grants.length;
  if (all === 0) return "当时没有生效的权限。";
  if (left.length + unproven === 0)
    return `${all} 项均已确认：${proven === 0 ? "令牌从未发出" : "Karpor 已拒绝这些令牌"}。`;
  const open = troubled ? `有 ${troubled} 项暂时无法确认，其令牌可能仍然有效，我们会继续重试。` : "";
  const never = unproven ? `有 ${unproven} 项始终未能确认，其令牌在自身有效期内可能仍然有效。` : "";
  return ` ${fmt.b(`已确认 ${all - left.length - unproven} / ${all} 项。`)} ${open}${never}`.trimEnd();
}

const grantsOf = ({ grants, people }: Affected): string => `${people} 人的 ${grants} 项权限`;
const byRole = ({ roles }: Affected, fmt: Formatter): string => {
  const named = roles.slice(0, ROLES_NAMED).map(([role, grants]) => `${fmt.code(role)} ${grants} 项`);
  const more = roles.length - named.length;
  return `${named.join("、 ")}${more > 0 ? `，以及另外 ${more} 个角色` : ""}`;
};
const waits = ({ waiting }: Affected): string =>
  waiting === 0 ? "" : `等待审批的 ${waiting} 条申请会保留，解锁之前不能审批。`;

const allowedToo = ({ allowed }: Affected): string =>
  allowed === 0 ? "" : `预先允许的 ${allowed} 项也一并撤回。`;

export const zhLockdown: Words["lockdown"] = {
  live: (one: MassEnd, hub: string, fmt: Formatter): string => {
    const at = fmt.when(one.at);
    return isLockdown(one)
      ? `${fmt.b(`${beforeVerb(fmt.name(one.by))}已锁定访问：`)} ${what(one.scope, hub, fmt)}立即结束，管理员解锁之前不再发放（${at}）。${counted(one, fmt)}`
      : `${fmt.b(`${beforeVerb(fmt.name(one.by))}已撤销：`)} ${what(one.scope, hub, fmt)}（${at}）。${counted(one, fmt)}`;
  },
  unlocked: (lockdown: Lockdown, by: Pick<Lockdown, "by">, hub: string, fmt: Formatter): string =>
    `${fmt.b(`${beforeVerb(fmt.name(by.by))}已解锁：`)} ${hub} 的权限可以重新申请和审批。此前由 ${beforeVerb(fmt.name(lockdown.by))}锁定（${fmt.when(lockdown.at)}）。`,
  how: (fmt: Formatter): string => `管理员可用 ${fmt.code(`${fmt.command} 解锁 理由`)} 解锁`,
  modal: {
    lockdown: "锁定访问",
    revoke: "全部撤销",
    head: (scope: Scope, hub: string, fmt: Formatter): string =>
      scope.what === "everything"
        ? `${fmt.b("即将锁定：")} ${what(scope, hub, fmt)}立即结束，管理员解锁之前不再发放。等待审批的申请会保留。`
        : `${fmt.b("即将撤销：")} ${what(scope, hub, fmt)}立即结束。`,
    looking: "正在查看目前生效的权限…",
    found: (affected: Affected, fmt: Formatter): string =>
      `${
        affected.grants === 0
          ? "目前没有生效的权限。"
          : `${fmt.b(`${grantsOf(affected)}：`)} ${byRole(affected, fmt)}。`
      }${allowedToo(affected)}`,
    label: "理由",
    hint: "所有持有人和审批频道都会看到理由和操作人。",
    cancel: "取消",
    close: "关闭",
    blank: "请简要写明。",
  },
  locked: ({ lockdown, before, inRedis, onHub }: LockedDown, fmt: Formatter): string => {
    if (before)
      return `${fmt.b("已处于锁定状态：")} ${beforeVerb(fmt.name(lockdown.by))}已锁定（${fmt.when(lockdown.at)}）。仍然生效的权限现在结束。`;
    if (!inRedis)
      return `${fmt.b("仅在 Karpor 上锁定：")} 机器人的存储没有响应。不再发放权限，现有权限正从 Karpor 移除；存储恢复后会补发消息。`;
    if (!onHub)
      return `${fmt.b("已锁定，但 Karpor 没有响应：")} 不再发放权限；现有权限在 Karpor 恢复之前仍然有效。我们会继续重试，进度见频道。`;
    return `${fmt.b("已锁定。")} 不再发放权限，所有权限立即结束；确认进度见频道。`;
  },
  unlockedReply: ({ onHub }: Unlocked, fmt: Formatter): string =>
    onHub
      ? `${fmt.b("已解锁。")} 等待中的申请可以审批了；已结束的权限需要重新申请。`
      : `${fmt.b("已解锁，但 Karpor 没有响应：")} 等待中的申请可以审批；Karpor 得知之前不会发放权限。`,
  revoked: (affected: Affected, fmt: Formatter): string =>
    affected.grants === 0
      ? `${fmt.b("正在撤回预先允许的权限。")} 目前没有生效的权限。`
      : `${fmt.b(`正在撤销 ${grantsOf(affected)}。`)} 确认进度见频道。${allowedToo(affected)}`,
  drill: (found: Affected & { bindings: number | null }, hub: string, fmt: Formatter): string =>
    `${fmt.b("演练，没有任何变化：")} ${
      found.grants === 0
        ? `现在锁定 ${hub} 不会结束任何权限。`
        : `现在锁定 ${hub} 会结束 ${grantsOf(found)}： ${byRole(found, fmt)}。`
    }${waits(found)}${
      found.bindings === null
        ? "Karpor 没有响应：恢复之前，现有权限仍会有效。"
        : `Karpor 响应正常：会先同时移除 ${found.bindings} 个绑定。`
    }`,
  status: ({ by, at }: Lockdown, fmt: Formatter): string =>
    `${fmt.b("访问已锁定：")} ${beforeVerb(fmt.name(by))}已锁定（${fmt.when(at)}）；管理员解锁之前，不发放也不审批任何权限。`,
};
