/** Writes karpor-access.schema.json from the zod schema, so that editors complete karpor-access.yml. */
import { writeFileSync } from "node:fs";
import { configSchema } from "../src/config.ts";

writeFileSync(new URL("../karpor-access.schema.json", import.meta.url), configSchema());
