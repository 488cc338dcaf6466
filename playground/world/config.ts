/** karpor-access.example.yml itself, with the addresses of the stand-ins in place of the example's. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";

const EXAMPLE = new URL("../../karpor-access.example.yml", import.meta.url);

/** Objects of a bot that works on the same hub or Redis must not be taken for ours. */
export const INSTANCE = "playground";

interface Example {
  instance: string;
  hub: { kubeconfig: string; dashboard: string; server?: string };
  roles: Record<string, { duration: { default: string; max: string } }>;
}

const example = (): Example => parse(readFileSync(EXAMPLE, "utf8")) as Example;

export const roleNames = (): string[] => Object.keys(example().roles);

/** The path of the file written. */
export function writeConfig(dir: string, hub: { kubeconfig: string; dashboard: string }): string {
  const path = join(dir, "karpor-access.yml");
  const file = example();
  writeFileSync(path, stringify({ ...file, instance: INSTANCE, hub: { ...file.hub, ...hub } }));
  return path;
}
