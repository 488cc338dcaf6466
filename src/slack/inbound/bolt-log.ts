/** Bolt's own lines in our log: its words and its errors, never the objects it hands along, which hold tokens. */
import { type Logger, LogLevel } from "@slack/bolt";
import type { Log } from "../../flow/ports.ts";

export function boltLog(log: Log): Logger {
  const line =
    (level: keyof Log) =>
    (...parts: unknown[]): void => {
      const err = parts.find((part) => part instanceof Error);
      const words = parts.filter((part) => typeof part === "string").join(" ");
      log[level](err ? { err } : {}, `bolt: ${words || "an error"}`);
    };
  return {
    debug() {},
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
    setLevel() {},
    getLevel: () => LogLevel.INFO,
    setName() {},
  };
}
