/** deploy/chart/values.schema.json, with what may stand in `config` taken from the bot's own schema: a chart reads no file beside it. */
import { readFileSync } from "node:fs";
import { configSchema } from "../src/config.ts";

export const CHART_SCHEMA = new URL("../deploy/chart/values.schema.json", import.meta.url);

/** As it is to stand. */
export function chartSchema(): string {
  const written = JSON.parse(readFileSync(CHART_SCHEMA, "utf8"));
  const { $schema: _, ...config } = JSON.parse(configSchema(), forHelm);
  written.properties.config.then = config;
  return `${JSON.stringify(written, null, 2)}\n`;
}

/** Helm's patterns look neither ahead nor behind: the bot itself refuses those at its start. */
const forHelm = (key: string, value: unknown) =>
  key === "pattern" && /\(\?<?[!=]/.test(String(value)) ? undefined : value;
