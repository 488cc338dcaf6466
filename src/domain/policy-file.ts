/** The part of the configuration that says who may what: a running bot takes it in anew when its file changes. Pure. */
import { z } from "zod";
import { Catalog } from "./catalog.ts";
import { Duration } from "./duration.ts";
import { Principal } from "./ids.ts";

export const PolicyFile = z.strictObject({
  admins: z.array(Principal).default([]).describe("Who may revoke anything."),
  roles: Catalog,
  reminders: z
    .array(Duration)
    .prefault(["1d", "1h", "10m"])
    .describe("How long before the end the holder is reminded."),
});
export type PolicyFile = z.infer<typeof PolicyFile>;

/** Durations are milliseconds. */
export interface Policy extends PolicyFile {
  /** SHA-256 of the source. */
  digest: string;
  /** As it was written, in JSON: what another replica, or version, reads. */
  source: string;
}

/** What another replica goes by. What this version cannot read allows nothing. */
export function policyFrom(source: string, digest: string): Policy {
  const file = PolicyFile.safeParse(JSON.parse(source));
  return { ...(file.data ?? { roles: {}, admins: [], reminders: [] }), digest, source };
}

/** A catalog has a role at least. */
export const isReadable = ({ roles }: Policy): boolean => Object.keys(roles).length > 0;
