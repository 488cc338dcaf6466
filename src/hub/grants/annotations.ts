/** What the account's annotations say about its grant: written for a person with kubectl, read back when Redis lost it. */
import { z } from "zod";
import { UserId } from "../../domain/ids.ts";
import { Locale } from "../../domain/person.ts";
import type { GrantAnnotations, In } from "../../flow/ports.ts";
import { PREFIX } from "./names.ts";

/** Present: the grant is ending. */
export const ENDING = `${PREFIX}/ending`;

const at = (field: string) => `${PREFIX}/${field}`;
const iso = (ms: number) => new Date(ms).toISOString();
const Time = z.iso.datetime().transform((text) => Date.parse(text));

export function annotationsOf(request: In<"approved" | "delivering">): GrantAnnotations {
  const { requester, clusterRole, decision, reason, expiresAt } = request;
  return {
    requester: { id: requester.id, name: requester.name, locale: requester.locale },
    clusterRole,
    approvedBy: decision.by === "policy" ? "policy" : decision.by.id,
    reason,
    approvedAt: decision.at,
    expiresAt,
  };
}

export function writeAnnotations(notes: GrantAnnotations): Record<string, string> {
  return {
    [at("requester")]: notes.requester.id,
    [at("requester-name")]: notes.requester.name,
    [at("requester-locale")]: notes.requester.locale,
    [at("cluster-role")]: notes.clusterRole,
    [at("approved-by")]: notes.approvedBy,
    [at("reason")]: notes.reason,
    [at("approved-at")]: iso(notes.approvedAt),
    [at("expires-at")]: iso(notes.expiresAt),
  };
}

const Read = z.object({
  requester: z.object({ id: UserId, name: z.string(), locale: Locale }),
  clusterRole: z.string().min(1),
  approvedBy: z.string().min(1),
  reason: z.string(),
  approvedAt: Time,
  expiresAt: Time,
});

/** Null when anything is missing or is not what we would have written. */
export function readAnnotations(annotations: Record<string, string>): GrantAnnotations | null {
  const field = (name: string) => annotations[at(name)];
  const read = Read.safeParse({
    requester: {
      id: field("requester"),
      name: field("requester-name"),
      locale: field("requester-locale"),
    },
    clusterRole: field("cluster-role"),
    approvedBy: field("approved-by"),
    reason: field("reason"),
    approvedAt: field("approved-at"),
    expiresAt: field("expires-at"),
  });
  return read.data ?? null;
}
