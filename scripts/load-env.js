/** What `--env-file-if-exists=.env` does, which says of a file that need not be there that it was not found, and which a Node that is too old refuses before anything can say so. */
import { existsSync } from "node:fs";

if (existsSync(".env"))
  try {
    process.loadEnvFile();
  } catch {
    console.error(".env cannot be read. Continuing without it.");
  }
