/** The words after the slash command, in English and Chinese. A role can't have such a name. */
export const COMMAND_ALIASES = {
  help: ["help", "帮助"],
  status: ["status", "状态"],
  pending: ["pending", "待审批", "待办"],
  active: ["active", "生效中"],
  history: ["history", "历史"],
  show: ["show", "查看"],
  more: ["more", "延长"],
  end: ["end", "结束"],
  revoke: ["revoke", "撤销"],
  lockdown: ["lockdown", "锁定"],
  unlock: ["unlock", "解锁"],
  passkey: ["passkey", "通行密钥"],
  for: ["for", "替"],
  emergency: ["emergency", "紧急"],
  all: ["all", "全部"],
  everybody: ["everybody", "所有人"],
  from: ["from", "从"],
} as const;
export type Word = keyof typeof COMMAND_ALIASES;

export const MEANINGS: ReadonlyMap<string, Word> = new Map(
  (Object.keys(COMMAND_ALIASES) as Word[]).flatMap((word) =>
    COMMAND_ALIASES[word].map((typed) => [typed, word] as const),
  ),
);

export const COMMAND_WORDS: ReadonlySet<string> = new Set(MEANINGS.keys());
