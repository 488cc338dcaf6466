/** Changes what a world's bots read as their file. */
import { readFileSync, writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import type { World } from "./bot.ts";

export function changeFile(world: Pick<World, "env">, change: Record<string, unknown>): void {
  writeFileSync(world.env.KARPOR_ACCESS_CONFIG, stringify({ ...readFile(world), ...change }));
}

export const readFile = ({ env }: Pick<World, "env">) =>
  parse(readFileSync(env.KARPOR_ACCESS_CONFIG, "utf8")) as Record<string, object>;
