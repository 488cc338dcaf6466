/** What a check found: one line, and the fix as something to do. */
import type { HoldFound } from "../../flow/support/holds.ts";

export interface Finding {
  check: string;
  level: "ok" | "warn" | "fail";
  message: string;
  fix?: string;
  /** While the bot runs it holds nothing back: what it is about says so itself. */
  notice?: true;
  /** The start is refused, whatever waits for this bot: as it is configured, it would look after nothing of it, or after another's. */
  refuses?: true;
}

export const ok = (check: string, message: string): Finding => ({ check, level: "ok", message });
export const warn = (check: string, message: string, fix: string): Finding => ({
  check,
  level: "warn",
  message,
  fix,
});
export const fail = (check: string, message: string, fix: string): Finding => ({
  check,
  level: "fail",
  message,
  fix,
});

/** While the bot runs: what it holds back, or says. */
export const holdOf = ({ check, message, fix = "", notice }: Finding): HoldFound => ({
  ...{ cause: check, message, fix },
  ...(notice ? { notice } : {}),
});
