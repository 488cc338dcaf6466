/** The certificate that the hub's audit log is taken by: its files can be read, and belong together. */
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { HubAudit } from "../../config.ts";
import type { Tls } from "../../http/server.ts";
import { type Finding, fail, ok } from "./finding.ts";

const CHECK = "hub audit certificate";
type Files = NonNullable<HubAudit["tls"]>;

/** Throws one sentence. */
export function readCertificate(files: Files): Tls {
  const keys = { cert: read(files, "cert"), key: read(files, "key") };
  try {
    createSecureContext(keys);
  } catch (error) {
    throw new Error(`${files.cert} and ${files.key} are no certificate with its key (${codeOf(error)})`);
  }
  return keys;
}

function read(files: Files, setting: keyof Files): string {
  try {
    return readFileSync(files[setting], "utf8");
  } catch (error) {
    throw new Error(`audit.hub.tls.${setting}: ${files[setting]} cannot be read (${codeOf(error)})`);
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** `error`: what reading it threw. */
export const certificateFault = (error: unknown) =>
  fail(
    CHECK,
    (error as Error).message,
    "Put both files of audit.hub.tls there, for the bot's user to read; it looks again by itself",
  );

export function checkCertificate(files: Files): Finding {
  try {
    readCertificate(files);
    return ok(CHECK, "a certificate with its key");
  } catch (error) {
    return certificateFault(error);
  }
}
