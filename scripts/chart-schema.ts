/** deploy/chart/values.schema.json: its part `config` is the bot's own schema, since a chart reads no file outside its folder. */
import { readFileSync } from "node:fs";
import { configSchema } from "./config-schema.ts";

export const CHART_SCHEMA = new URL("../deploy/chart/values.schema.json", import.meta.url);

/** The file's text as it must be. */
export function chartSchema(): string {
  const written = JSON.parse(readFileSync(CHART_SCHEMA, "utf8"));
  const { $schema: _, ...config } = JSON.parse(configSchema(), withoutLookaround);
  written.properties.config.then = config;
  return `${JSON.stringify(written, null, 2)}\n`;
}

/** Helm's patterns know no lookahead and no lookbehind: what such a pattern refuses, the bot refuses when it starts. */
const withoutLookaround = (key: string, value: unknown) =>
  key === "pattern" && /\(\?<?[!=]/.test(String(value)) ? undefined : value;
