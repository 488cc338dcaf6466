/** What another version wrote of a kind that ours does not know: left to that version, and said once. */
import type { z } from "zod";
import type { Store } from "./store.ts";

/** An array of one, or of none where it cannot be read: all else is seen to. `name`: of what is said once. */
export type Readable = <T>(of: z.ZodType<T>, json: string, name?: string) => T[];

export function readingWhatCanBe({ onBroken }: Pick<Store, "onBroken">): Readable {
  const broken = new Set<string>();
  return (of, json, name = json) => {
    try {
      return [of.parse(JSON.parse(json))];
    } catch (error) {
      if (!broken.has(name)) onBroken(error as Error);
      broken.add(name);
      return [];
    }
  };
}
