/** Every word of the command, in both languages, of now and of later: no role is named so. Pure. */

/** What is understood today. */
export type CommandName =
  | "help"
  | "status"
  | "pending"
  | "active"
  | "history"
  | "show"
  | "revoke"
  | "emergency"
  | "allow"
  | "allowed"
  | "for"
  | "lockdown"
  | "unlock";

/** `does`: what it does. `instead`: what is offered to whoever types it, until it does something. */
type Use = { does: CommandName } | { instead: CommandName };

const TABLE: readonly [use: Use, words: readonly string[]][] = [
  [{ does: "help" }, ["help", "帮助", "说明"]],
  [{ does: "status" }, ["status", "list", "状态", "列表"]],
  [{ does: "pending" }, ["pending", "待审批"]],
  [{ does: "active" }, ["active", "生效中"]],
  [{ does: "history" }, ["history", "历史"]],
  [{ does: "show" }, ["show", "查看"]],
  [{ does: "revoke" }, ["revoke", "release", "撤销", "归还", "结束"]],
  [{ does: "emergency" }, ["emergency", "紧急"]],
  [{ does: "for" }, ["for", "代申请", "替"]],
  [{ does: "allow" }, ["allow", "允许", "预先批准"]],
  [{ does: "allowed" }, ["allowed", "已允许"]],
  [{ does: "lockdown" }, ["lockdown", "锁定"]],
  [{ does: "unlock" }, ["unlock", "解锁"]],
  [{ instead: "status" }, ["extend", "withdraw", "renew", "cancel"]],
  [{ instead: "status" }, ["延长", "撤回", "续期", "取消"]],
  [{ instead: "help" }, ["approve", "deny", "leak"]],
  [{ instead: "help" }, ["from", "until", "to", "tomorrow", "泄露"]],
];

const WORDS: ReadonlyMap<string, Use> = new Map(
  TABLE.flatMap(([use, words]) => words.map((word): [string, Use] => [word, use])),
);

/** Those that a role's name could be. */
export const RESERVED: readonly string[] = [...WORDS.keys()].filter((word) => /^[a-z]/.test(word));
export const COMMAND_WORDS: readonly string[] = [...WORDS.keys()];

/** Undefined for what is no word of the command. */
export const wordUse = (word: string): Use | undefined => WORDS.get(word);
