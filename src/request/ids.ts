/** Names that must not be swapped for one another, each with its own shape. */
import { createHash } from "node:crypto";
import { z } from "zod";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** `R-` and ten characters of Crockford's base32, which leaves out what people mix up. */
export const RequestId = z
  .string()
  .regex(/^R-[0-9A-HJKMNP-TV-Z]{10}$/)
  .brand<"RequestId">();
export type RequestId = z.infer<typeof RequestId>;

/** A Slack user, `U…` or `W…`: the only identity that decides anything. */
export const UserId = z
  .string()
  .regex(/^[UW][A-Z0-9]{1,20}$/, "must be a Slack user id such as U0123ABCD")
  .brand<"UserId">();
export type UserId = z.infer<typeof UserId>;

/** Who works on the command line, as they name themselves. */
export const Operator = z
  .string()
  .regex(/^operator \S.{0,99}$/)
  .brand<"Operator">();
export type Operator = z.infer<typeof Operator>;

/** Who did something: somebody in Slack, or an operator. */
export const Actor = z.union([UserId, Operator]);
export type Actor = z.infer<typeof Actor>;

/** A Slack user group, `S…`. */
export const GroupId = z
  .string()
  .regex(/^S[A-Z0-9]{1,20}$/, "must be a Slack user group id such as S0123ABCD")
  .brand<"GroupId">();
export type GroupId = z.infer<typeof GroupId>;

/** Who a rule names: a Slack user or a user group. */
export const Principal = z.union([UserId, GroupId], {
  error: "must be a Slack user id (U…) or user group id (S…)",
});
export type Principal = z.infer<typeof Principal>;

export const ChannelId = z.string().regex(/^[CG][A-Z0-9]+$/, "must be a Slack channel id such as C0123ABCD");

export const isGroup = (principal: Principal): principal is GroupId => principal.startsWith("S");

/** What Slack delivers twice has the same `source` (a `trigger_id`, a view's id), and so is the same request. */
export function requestIdFrom(source: string): RequestId {
  const digest = createHash("sha256").update(source).digest();
  const letters = Array.from(digest.subarray(0, 10), (byte) => ALPHABET[byte % 32]);
  return RequestId.parse(`R-${letters.join("")}`);
}

/** What a person typed as an id, forgiving case, Slack's unbroken hyphen and the letters that base32 leaves out; null: none. */
export function readRequestId(text: string): RequestId | null {
  const typed = text.toUpperCase().replace("\u2011", "-");
  if (!typed.startsWith("R-")) return null;
  const letters = typed.slice(2).replace(/O/g, "0").replace(/[IL]/g, "1");
  return RequestId.safeParse(`R-${letters}`).data ?? null;
}
