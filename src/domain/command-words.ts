/** Every word of the command, in both languages, of now and of later: no role is named so. Pure. */
import type { Locale } from "./person.ts";

/** What is understood today. */
const COMMANDS = {
  help: ["help", "帮助", "说明"],
  status: ["status", "list", "状态", "列表"],
  pending: ["pending", "待审批"],
  active: ["active", "生效中"],
  history: ["history", "历史"],
  show: ["show", "查看"],
  revoke: ["revoke", "release", "撤销", "归还", "结束"],
  emergency: ["emergency", "紧急"],
  for: ["for", "替", "代申请"],
  allow: ["allow", "允许", "预先批准"],
  allowed: ["allowed", "已允许"],
  lockdown: ["lockdown", "锁定"],
  unlock: ["unlock", "解锁"],
} as const;
export type CommandName = keyof typeof COMMANDS;

/** What is offered to whoever types one of these, until it does something. */
const INSTEAD: readonly [CommandName, readonly string[]][] = [
  ["status", ["extend", "withdraw", "renew", "cancel"]],
  ["status", ["延长", "撤回", "续期", "取消"]],
  ["help", ["approve", "deny", "leak"]],
  ["help", ["from", "until", "to", "tomorrow", "泄露"]],
];

/** `does`: what it does. */
type Use = { does: CommandName } | { instead: CommandName };

const WORDS: ReadonlyMap<string, Use> = new Map([
  ...(Object.keys(COMMANDS) as CommandName[]).flatMap((does) =>
    COMMANDS[does].map((word): [string, Use] => [word, { does }]),
  ),
  ...INSTEAD.flatMap(([instead, words]) => words.map((word): [string, Use] => [word, { instead }])),
]);

/** Said before the role, where no word is needed. */
export const ASKING_WORDS: ReadonlySet<string> = new Set(["please", "request", "ask", "get", "申请", "请"]);

/** Those that a role's name could be. */
export const RESERVED: readonly string[] = [...WORDS.keys()].filter((word) => /^[a-z]/.test(word));
export const COMMAND_WORDS: readonly string[] = [...WORDS.keys()];

const CHINESE = COMMAND_WORDS.filter((word) => /^\p{sc=Han}/u.test(word)).sort((a, b) => b.length - a.length);
const BEGINS_CHINESE = new RegExp(`^\\s*(${CHINESE.join("|")})[\\s,.:;!?，。：；！？、]*([\\s\\S]*)$`);

/** Up to a space, or to a mark as Chinese is typed without one, and what follows. */
export function firstWord(line: string): [word: string, rest: string] {
  const [, word = "", rest = ""] =
    /^[\s,，。：；、]*([^\s,，。：；、]*)[\s,，。：；、]*([\s\S]*)$/.exec(line) ?? [];
  return [word, rest];
}

/** The same, but that a Chinese word of the command needs no space after it. */
export function leadingWord(line: string): [word: string, rest: string] {
  const [, word, rest = ""] = BEGINS_CHINESE.exec(line) ?? [];
  return word === undefined ? firstWord(line) : [word, rest];
}

/** What is offered for it in this language: the first. */
export const wordIn = (locale: Locale, name: CommandName): string =>
  COMMANDS[name].find((word) => /^[a-z]/.test(word) === (locale === "en")) ?? name;

/** Undefined for what is no word of the command. */
export const wordUse = (word: string): Use | undefined => WORDS.get(word);
