/** What Slack said, kept in this process, or by nobody. */
import type { Memory } from "../../src/flow/ports.ts";

export const forgetful: Memory = {
  read: async () => null,
  write: async () => {},
  drop: async () => {},
};

export function remembering(): Memory {
  const all = new Map<string, { at: number; values: Readonly<Record<string, string>> }>();
  return {
    read: async (name, fields) => {
      const found = all.get(name);
      return found ? { at: found.at, values: fields.map((field) => found.values[field]) } : null;
    },
    write: async (name, { at, values }) => void all.set(name, { at, values }),
    drop: async (name) => void all.delete(name),
  };
}
