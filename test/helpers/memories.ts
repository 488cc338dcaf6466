/** What Slack said, kept in this process, or by nobody. */
import type { Memory } from "../../src/flow/ports.ts";

export const forgetful: Memory = {
  read: async () => null,
  write: async () => {},
  drop: async () => {},
};

/** What was asked before it was dropped stays so, by the clock of whoever asks. */
export function remembering(now = () => 0): Memory {
  const all = new Map<string, { at: number; values: Readonly<Record<string, string>> }>();
  const dropped = new Map<string, number>();
  return {
    read: async (name, fields) => {
      const found = all.get(name);
      if (!found || found.at <= (dropped.get(name) ?? Number.NEGATIVE_INFINITY)) return null;
      return { at: found.at, values: fields.map((field) => found.values[field]) };
    },
    write: async (name, { at, values }) => void all.set(name, { at, values }),
    drop: async (name) => {
      all.delete(name);
      dropped.set(name, now());
    },
  };
}
