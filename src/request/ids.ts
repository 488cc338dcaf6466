/**
 * Ids of requests, users, groups and operators. Each has its own type, so that the compiler refuses a swapped one.
 */
import { createHash } from "node:crypto";
import { z } from "zod";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Ten characters of Crockford's base32, which leaves out letters that look like digits. */
export const RequestId = z
  .string()
  .regex(/^R-[0-9A-HJKMNP-TV-Z]{10}$/)
  .brand<"RequestId">();
export type RequestId = z.infer<typeof RequestId>;

/** Only this id decides anything; names are shown. */
export const UserId = z
  .string()
  .regex(/^[UW][A-Z0-9]{1,20}$/, "must be a Slack user id such as U0123ABCD")
  .brand<"UserId">();
export type UserId = z.infer<typeof UserId>;

/** A person on the command line, by the name that they gave: "operator Ada". */
export const Operator = z
  .string()
  .regex(/^operator \S.{0,99}$/)
  .brand<"Operator">();
export type Operator = z.infer<typeof Operator>;

export const Actor = z.union([UserId, Operator]);
export type Actor = z.infer<typeof Actor>;

export const GroupId = z
  .string()
  .regex(/^S[A-Z0-9]{1,20}$/, "must be a Slack user group id such as S0123ABCD")
  .brand<"GroupId">();
export type GroupId = z.infer<typeof GroupId>;

export const Principal = z.union([UserId, GroupId], {
  error: "must be a Slack user id (U…) or user group id (S…)",
});
export type Principal = z.infer<typeof Principal>;

export const ChannelId = z.string().regex(/^[CG][A-Z0-9]+$/, "must be a Slack channel id such as C0123ABCD");

export const isGroup = (principal: Principal): principal is GroupId => principal.startsWith("S");

/** Slack may deliver `source` (a `trigger_id`, a view's id) twice: both give the same id. */
export function requestIdFrom(source: string): RequestId {
  const digest = createHash("sha256").update(source).digest();
  const letters = Array.from(digest.subarray(0, 10), (byte) => ALPHABET[byte % 32]);
  return RequestId.parse(`R-${letters.join("")}`);
}

/** Accepts lower case, and the letters that base32 leaves out. */
export function readRequestId(text: string): RequestId | null {
  const typed = text.toUpperCase();
  if (!typed.startsWith("R-")) return null;
  const letters = typed.slice(2).replace(/O/g, "0").replace(/[IL]/g, "1");
  return RequestId.safeParse(`R-${letters}`).data ?? null;
}
