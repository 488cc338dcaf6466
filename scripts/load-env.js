/** Loads .env where there is one. Node's own --env-file-if-exists prints a line when there is none, and older Nodes refuse it. */
import { existsSync } from "node:fs";

if (existsSync(".env"))
  try {
    process.loadEnvFile();
  } catch {
    console.error(".env cannot be read. Continuing without it.");
  }
