/** Changes what a world's bots read as their file. */
import { readFileSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import type { World } from "./bot.ts";

export function changeFile({ env }: Pick<World, "env">, change: Record<string, unknown>): void {
  const path = env.KARPOR_ACCESS_CONFIG;
  const file = parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  writeFileSync(path, stringify({ ...file, ...change }));
}
