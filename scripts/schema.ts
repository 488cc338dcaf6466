/** Writes karpor-access.schema.json from the zod schema, so that editors complete karpor-access.yml, and the chart's with it. */
import { writeFileSync } from "node:fs";
import { configSchema } from "../src/config.ts";
import { CHART_SCHEMA, chartSchema } from "./chart-schema.ts";

writeFileSync(new URL("../karpor-access.schema.json", import.meta.url), configSchema());
writeFileSync(CHART_SCHEMA, chartSchema());
