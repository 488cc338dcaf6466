/** Names that must not be swapped for one another, each with its own shape. Pure. */
import { z } from "zod";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** `R-` and 8 characters of Crockford base32: sayable, 40 random bits. */
const REQUEST_ID = /^R-[0-9A-HJKMNP-TV-Z]{8}$/;
export const RequestId = z.string().regex(REQUEST_ID).brand<"RequestId">();
export type RequestId = z.infer<typeof RequestId>;
/** The same, at a fraction of the work. */
export const isRequestId = (text: string | undefined): text is RequestId =>
  text !== undefined && REQUEST_ID.test(text);

/** The same with `A-`: what was allowed beforehand. */
export const AllowanceId = z
  .string()
  .regex(/^A-[0-9A-HJKMNP-TV-Z]{8}$/)
  .brand<"AllowanceId">();
export type AllowanceId = z.infer<typeof AllowanceId>;

/** A Slack user, `U…` or `W…`: the only identity that decides anything. */
export const UserId = z
  .string()
  .regex(/^[UW][A-Z0-9]{1,20}$/, "must be a Slack user id such as U0123ABCD")
  .brand<"UserId">();
export type UserId = z.infer<typeof UserId>;

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

export const Principals = z.array(Principal).min(1, "name at least one Slack user or user group");

/** Where people meet. */
export const ChannelId = z.string().regex(/^[CG][A-Z0-9]+$/, "must be a Slack channel id such as C0123ABCD");

export const isGroup = (p: Principal): p is GroupId => p.startsWith("S");

export const requestId = (random: Uint8Array): RequestId => RequestId.parse(`R-${sayable(random)}`);
export const allowanceId = (random: Uint8Array): AllowanceId => AllowanceId.parse(`A-${sayable(random)}`);

/** Five random bytes (40 bits) to eight characters. */
function sayable(random: Uint8Array): string {
  const bits = [...random.subarray(0, 5)].reduce((n, byte) => (n << 8n) | BigInt(byte), 0n);
  const digits = Array.from({ length: 8 }, (_, i) => ALPHABET[Number((bits >> BigInt(35 - 5 * i)) & 31n)]);
  return digits.join("");
}

/** What a person typed as an id, forgiving case and the letters that base32 leaves out; null when it is none. */
export function readRequestId(text: string): RequestId | null {
  const upper = text.toUpperCase();
  if (!upper.startsWith("R-")) return null;
  const digits = upper.slice(2).replace(/O/g, "0").replace(/[IL]/g, "1");
  return RequestId.safeParse(`R-${digits}`).data ?? null;
}
