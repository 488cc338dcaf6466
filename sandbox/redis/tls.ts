/** A throwaway Redis that speaks TLS alone, with a certificate of its own authority. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createAuthority } from "../hub/x509.ts";
import { type LocalRedis, launch, onFreePort, ourRedis } from "./redis.ts";

export interface TlsRedis extends LocalRedis {
  /** PEM of the authority: whoever connects must trust it. */
  readonly ca: string;
}

/** Whether this machine's Redis was built with TLS; the one from npm is not. */
export function speaksTls(): boolean {
  const binary = ourRedis();
  const trial = ["--port", "0", "--tls-port", "1", "--tls-cert-file", "/nonexistent"];
  const said = binary && spawnSync(binary, trial, { encoding: "utf8", timeout: 5000 }).stdout;
  return /tls-key-file|certificate/i.test(said ?? "");
}

export async function startTlsRedis(): Promise<TlsRedis> {
  const authority = await createAuthority("local redis");
  const { certificate, key } = await authority.issue({
    commonName: "redis",
    hosts: ["localhost", "127.0.0.1"],
  });
  const files = { cert: certificate, key, ca: authority.certificate };
  const redis = await onFreePort((port) =>
    launch(ourRedis() ?? "redis-server", port, (dir) => [
      ...["--port", "0", "--tls-port", String(port), "--bind", "127.0.0.1", "--dir", dir],
      ...["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"],
      ...["--tls-cert-file", write(dir, "cert", files.cert), "--tls-key-file", write(dir, "key", files.key)],
      ...["--tls-ca-cert-file", write(dir, "ca", files.ca), "--tls-auth-clients", "no"],
    ]),
  );
  return { ...redis, url: `rediss://localhost:${redis.port}`, ca: authority.certificate };
}

function write(dir: string, name: string, text: string): string {
  const path = join(dir, `${name}.pem`);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
