/** A log that a test reads. */
import type { Log } from "../../src/flow/ports.ts";

export interface LogEntry {
  level: keyof Log;
  fields: object;
  message: string;
}

export function memoryLog(): Log & { lines: LogEntry[] } {
  const lines: LogEntry[] = [];
  const at = (level: LogEntry["level"]) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  return { lines, info: at("info"), warn: at("warn"), error: at("error") };
}
