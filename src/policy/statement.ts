/**
 * The statement that an approver's passkey signs: JSON with a fixed order of fields. Its SHA-256 is the WebAuthn
 * challenge.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { SECOND } from "../request/durations.ts";
import type { UserId } from "../request/ids.ts";
import type { Approval, Assertion, Request } from "../request/record.ts";
import type { Passkey } from "./passkeys.ts";
import { verifyAssertion } from "./webauthn.ts";

const VERSION = 1;

export type SignedTerms = Pick<
  Request,
  | "id"
  | "account"
  | "askedBy"
  | "requester"
  | "role"
  | "clusterRole"
  | "startsAt"
  | "follows"
  | "prolongsFrom"
  | "reason"
>;

export interface StatementPlace {
  instance: string;
  hub: string;
}

interface Signed {
  place: StatementPlace;
  terms: SignedTerms;
  approver: UserId;
  /** Rounded up to a second. */
  time: number;
}

export function statementFor({ place, terms, approver, time }: Signed): string {
  const { id, account, askedBy, requester, role, clusterRole, startsAt, follows, prolongsFrom, reason } =
    terms;
  return JSON.stringify({
    version: VERSION,
    hub: place.hub,
    instance: place.instance,
    request: id,
    account,
    askedBy,
    requester,
    role,
    clusterRole,
    seconds: Math.ceil(time / SECOND),
    startsAt,
    follows,
    prolongsFrom,
    reasonDigest: digest(reason),
    approver,
  });
}

const digest = (text: string): string => createHash("sha256").update(text).digest("base64url");

export const challengeFor = (statement: string): string => digest(statement);

/** Not yet verified. */
export function challengeIn({ clientDataJSON }: Assertion): string | null {
  try {
    return ClientData.parse(JSON.parse(Buffer.from(clientDataJSON, "base64url").toString())).challenge;
  } catch {
    return null;
  }
}
const ClientData = z.object({ challenge: z.string() });

const Stated = z.object({ hub: z.string(), seconds: z.int().positive() });

export function readStatement(statement: string): { hub: string; time: number } | null {
  try {
    const { hub, seconds } = Stated.parse(JSON.parse(statement));
    return { hub, time: seconds * SECOND };
  } catch {
    return null;
  }
}

/** The statement must allow at least the approval's time. */
export async function isSigned(
  { by, time, signed }: Pick<Approval, "by" | "time" | "signed">,
  { place, terms, passkeys }: { place: StatementPlace; terms: SignedTerms; passkeys: readonly Passkey[] },
): Promise<boolean> {
  if (by === null || !signed) return false;
  const { statement, assertion } = signed;
  const stated = readStatement(statement);
  if (stated === null || stated.time < time) return false;
  if (statement !== statementFor({ place, terms, approver: by, time: stated.time })) return false;
  const passkey = passkeys.find((one) => one.user === by && one.id === assertion.id);
  return passkey !== undefined && verifyAssertion(passkey, challengeFor(statement), assertion);
}
