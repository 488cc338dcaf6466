/** examples/karpor-access.schema.json, by which editors complete karpor-access.yml. */
import { z } from "zod";
import { ConfigFile } from "../src/config-schema.ts";

export const CONFIG_SCHEMA = new URL("../examples/karpor-access.schema.json", import.meta.url);

/** The file's text as it must be. */
export const configSchema = (): string =>
  `${JSON.stringify(z.toJSONSchema(ConfigFile, { io: "input" }), null, 2)}\n`;
