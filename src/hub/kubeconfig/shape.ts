/** The parts of a kubeconfig that the bot reads, or must refuse. Pure. */
import { z } from "zod";

// `kubectl config` leaves empty fields behind.
const text = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
const anything = z
  .unknown()
  .optional()
  .transform((value) => value ?? undefined);

export const Cluster = z.object({
  server: z.string(),
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": z.boolean().default(false),
  "tls-server-name": text,
  "proxy-url": text,
});
export type Cluster = z.infer<typeof Cluster>;

export const User = z.object({
  token: text,
  tokenFile: text,
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  exec: anything,
  "auth-provider": anything,
  username: text,
  as: text,
});
export type User = z.infer<typeof User>;

const named = { name: z.string() };

export const Contents = z.object({
  "current-context": z.string().min(1),
  contexts: z.array(z.object({ ...named, context: z.object({ cluster: z.string(), user: z.string() }) })),
  // Looked into only where they are used: others of the same file may be of any kind.
  clusters: z.array(z.object({ ...named, cluster: z.unknown() })),
  users: z.array(z.object({ ...named, user: z.unknown() })),
});
