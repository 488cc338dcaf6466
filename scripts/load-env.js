/** What `--env-file-if-exists=.env` does, which a Node that is too old refuses before anything can say so. */
import { existsSync } from "node:fs";

try {
  process.loadEnvFile();
} catch (error) {
  if (error.code !== "ENOENT" || existsSync(".env"))
    console.error(".env cannot be read. Continuing without it.");
}
