/** The bot looks at a token before it gives it away, with that very token, and writes with a credential that may be stolen: by the name of such a request nobody else's passes for it. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { type Config, hubAuditSecret } from "../../config.ts";
import type { Secret } from "../../domain/secret.ts";

export interface OwnLooks {
  /** What the hub's audit log is to call the next one. */
  name(): string;
  isOwn(auditId: string): boolean;
}

/** Of the name's beginning, which is random, and of the rest. */
const SALT = 16;
const SIGNED = 32;

export function ownLooks(secret: Secret): OwnLooks {
  const sign = (salt: string) =>
    createHmac("sha256", secret.reveal()).update(`own look ${salt}`).digest("base64url").slice(0, SIGNED);
  const named = (salt: string) => `${salt}${sign(salt)}`;
  return {
    name: () => named(randomBytes((SALT * 3) / 4).toString("base64url")),
    isOwn(auditId) {
      // What the hub names itself is shorter, and costs nothing.
      if (auditId.length !== SALT + SIGNED) return false;
      const wanted = Buffer.from(named(auditId.slice(0, SALT)));
      const given = Buffer.from(auditId);
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
  };
}

/** For the writes of whoever has the bot's configuration; undefined where the hub does not tell. */
export function nameWritesBy(config: Pick<Config, "audit" | "secretOf">): (() => string) | undefined {
  const secret = hubAuditSecret(config);
  return secret ? ownLooks(secret).name : undefined;
}
