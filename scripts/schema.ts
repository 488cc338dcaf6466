/** `npm run schema`: writes what is made from the schema of the configuration, for editors, for Helm and for readers. */
import { writeFileSync } from "node:fs";
import { CHART_SCHEMA, chartSchema } from "./chart-schema.ts";
import { CONFIG_PAGE, configPage } from "./config-docs.ts";
import { CONFIG_SCHEMA, configSchema } from "./config-schema.ts";

writeFileSync(CONFIG_SCHEMA, configSchema());
writeFileSync(CHART_SCHEMA, chartSchema());
writeFileSync(CONFIG_PAGE, configPage());
