/** What the account's annotations say about its grant: written for a person with kubectl, read back when Redis lost it. */
import { z } from "zod";
import { Delivery } from "../../domain/delivery.ts";
import { Duration, formatDuration } from "../../domain/duration.ts";
import { UserId } from "../../domain/ids.ts";
import { Locale } from "../../domain/person.ts";
import { approvedFor } from "../../domain/window.ts";
import type { GrantAnnotations, In, MoreAnnotations } from "../../flow/ports.ts";
import { PREFIX } from "./names.ts";

const at = (field: string) => `${PREFIX}/${field}`;
const iso = (ms: number) => new Date(ms).toISOString();
const Time = z.iso.datetime().transform((text) => Date.parse(text));

export function annotationsOf(request: In<"approved" | "delivering">): GrantAnnotations {
  const { requester, clusterRole, decision, reason, startsAt, expiresAt, delivery } = request;
  return {
    requester: { id: requester.id, name: requester.name, locale: requester.locale },
    clusterRole,
    approvedBy: decision.by,
    qualified: decision.qualified,
    reason,
    approvedAt: decision.at,
    ...(startsAt !== undefined && { startsAt }),
    expiresAt,
    tokenMessage: null,
    delivery,
    duration: approvedFor(request),
  };
}

export function writeAnnotations(annotations: GrantAnnotations): Record<string, string> {
  const { requester, clusterRole, approvedBy, qualified, reason, approvedAt } = annotations;
  const { startsAt, expiresAt, tokenMessage, delivery, tokenExpiresAt, duration, signedBy } = annotations;
  return {
    ...person("requester", requester),
    ...(approvedBy === "policy" ? { [at("approved-by")]: "policy" } : person("approved-by", approvedBy)),
    [at("approver-qualified")]: qualified,
    [at("cluster-role")]: clusterRole,
    [at("reason")]: reason,
    [at("approved-at")]: iso(approvedAt),
    ...(startsAt !== undefined && { [at("starts-at")]: iso(startsAt) }),
    ...writeMore({
      expiresAt,
      ...(tokenMessage && { tokenMessage }),
      delivery,
      tokenExpiresAt,
      duration,
      signedBy,
    }),
  };
}

/** What is known, or changes, only after the account was made. */
export function writeMore(more: MoreAnnotations): Record<string, string> {
  const { expiresAt, tokenMessage, delivery, tokenExpiresAt, duration, signedBy } = more;
  return {
    ...(delivery && { [at("delivery")]: delivery }),
    ...(tokenExpiresAt !== undefined && { [at("token-expires-at")]: iso(tokenExpiresAt) }),
    ...(expiresAt !== undefined && { [at("expires-at")]: iso(expiresAt) }),
    ...(duration !== undefined && { [at("duration")]: formatDuration(duration) }),
    ...(tokenMessage && { [at("token-message")]: `${tokenMessage.channel}/${tokenMessage.ts}` }),
    ...(signedBy !== undefined && { [at("token-signed-by")]: signedBy }),
  };
}

const person = (field: string, { id, name, locale }: GrantAnnotations["requester"]) => ({
  [at(field)]: id,
  [at(`${field}-name`)]: name,
  [at(`${field}-locale`)]: locale,
});

const PersonRead = z.object({ id: UserId, name: z.string(), locale: Locale });
const Read = z.object({
  requester: PersonRead,
  clusterRole: z.string().min(1),
  approvedBy: z.union([z.literal("policy"), PersonRead]),
  qualified: z.string().min(1),
  reason: z.string(),
  approvedAt: Time,
  /** What cannot be read is left out: it ends on time all the same. */
  startsAt: Time.optional().catch(undefined),
  expiresAt: Time,
  delivery: Delivery.optional().catch(undefined),
  tokenExpiresAt: Time.optional().catch(undefined),
  duration: Duration.optional().catch(undefined),
  signedBy: z.string().min(1).optional().catch(undefined),
  tokenMessage: z
    .templateLiteral([z.string().regex(/^[A-Z0-9]+$/), "/", z.string().regex(/^[0-9.]+$/)])
    .transform((text) => {
      const [channel = "", ts = ""] = text.split("/");
      return { channel, ts };
    })
    .nullable()
    .catch(null),
});

/** Enough to end it, where another version or a hand wrote something else beside it. */
export const readExpiry = (annotations: Record<string, string>): number | null =>
  Time.safeParse(annotations[at("expires-at")]).data ?? null;

/** Null when anything is missing or is not what we would have written; but the token's message may be. */
export function readAnnotations(annotations: Record<string, string>): GrantAnnotations | null {
  const field = (name: string) => annotations[at(name)];
  const who = (name: string) => ({
    id: field(name),
    name: field(`${name}-name`),
    locale: field(`${name}-locale`),
  });
  const read = Read.safeParse({
    requester: who("requester"),
    clusterRole: field("cluster-role"),
    approvedBy: field("approved-by") === "policy" ? "policy" : who("approved-by"),
    qualified: field("approver-qualified"),
    reason: field("reason"),
    approvedAt: field("approved-at"),
    startsAt: field("starts-at"),
    expiresAt: field("expires-at"),
    delivery: field("delivery"),
    tokenExpiresAt: field("token-expires-at"),
    duration: field("duration"),
    signedBy: field("token-signed-by"),
    tokenMessage: field("token-message") ?? null,
  });
  return read.data ?? null;
}
