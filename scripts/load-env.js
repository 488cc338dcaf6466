/** What `--env-file-if-exists=.env` does, which a Node that is too old refuses before anything can say so. */
import { existsSync } from "node:fs";

if (existsSync(".env")) process.loadEnvFile();
