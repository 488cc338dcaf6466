/** Parses and checks the configuration's `web` and `passkeys`. */
import { z } from "zod";
import { isGroup, UserId } from "../request/ids.ts";
import { type ApprovalTerms, approversFor, type RoleTable } from "./roles.ts";

export interface Passkey {
  user: UserId;
  /** Its host is the WebAuthn relying party. */
  origin: string;
  id: string;
  /** A COSE key (RFC 9052). Both are base64url. */
  publicKey: string;
}

export type PasskeyTable = Partial<Record<UserId, Passkey[]>>;

const LOCAL = "localhost";

/** Null where browsers make no passkeys: plain HTTP, or an IP address. */
function originFrom(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, hostname, origin, href } = new URL(text);
  const isSafe = protocol === "https:" || (protocol === "http:" && hostname === LOCAL);
  const isNamed = !/^\[|^[\d.]+$/.test(hostname);
  return isSafe && isNamed && href === `${origin}/` ? origin : null;
}

export const Web = z.string().transform((text, ctx) => {
  const origin = originFrom(text);
  if (origin !== null) return origin;
  const message =
    "must be an address such as https://access.example.com, with a host name and without a path";
  ctx.addIssue({ code: "custom", message });
  return z.NEVER;
});

/** First bytes (CBOR, hex) and length of ES256 keys on P-256 and of RS256 keys with 2048 bits. */
const PUBLIC_KEYS = [
  { start: "a5010203262001215820", bytes: 77 },
  { start: "a401030339010020590100", bytes: 272 },
];

const isPublicKey = (text: string): boolean => {
  const bytes = Buffer.from(text, "base64url");
  const hex = bytes.toString("hex");
  return PUBLIC_KEYS.some((one) => hex.startsWith(one.start) && bytes.length === one.bytes);
};

const LINE = /^(?<user>\w+) (?<origin>\S+) (?<id>[\w-]{16,1366}) (?<publicKey>[\w-]+)$/;

export const passkeyLine = ({ user, origin, id, publicKey }: Passkey): string =>
  [user, origin, id, publicKey].join(" ");

/** Null for a line that the page didn't make, or that was copied in part. */
export function readPasskeyLine(line: string): Passkey | null {
  const { user, origin = "", id = "", publicKey = "" } = LINE.exec(line.trim())?.groups ?? {};
  const person = UserId.safeParse(user).data;
  if (!person || originFrom(origin) !== origin || !isPublicKey(publicKey)) return null;
  return { user: person, origin, id, publicKey };
}

const PasskeyLine = z.string().transform((text, ctx) => {
  const passkey = readPasskeyLine(text);
  if (passkey) return passkey;
  ctx.addIssue({ code: "custom", message: "cannot be read; copy the whole line from the page again" });
  return z.NEVER;
});

export const Passkeys = z.record(UserId, z.array(PasskeyLine).min(1)).superRefine((table, ctx) => {
  for (const [user, index, passkey] of entriesIn(table))
    if (passkey.user !== user) {
      const message = `is the line of ${passkey.user}, not of ${user}; ask its owner, and correct it`;
      ctx.addIssue({ code: "custom", path: [user, index], message });
    }
});

const entriesIn = (table: PasskeyTable): [user: string, index: number, passkey: Passkey][] =>
  Object.entries(table).flatMap(([user, keys = []]) =>
    keys.map((key, index): [string, number, Passkey] => [user, index, key]),
  );

interface PasskeyFile extends RoleTable {
  hub: { dashboard: string };
  web?: string | undefined;
  passkeys: PasskeyTable;
}

type Complain = (path: (string | number)[], message: string) => void;

export function checkPasskeys(file: PasskeyFile, ctx: z.RefinementCtx): void {
  const complain: Complain = (path, message) => ctx.addIssue({ code: "custom", path, message });
  const { hub, web, passkeys, roles } = file;
  const host = web && new URL(web).hostname;
  if (host && host !== LOCAL && host === new URL(hub.dashboard).hostname)
    complain(
      ["web"],
      "is the dashboard's host, where a script could ask for signatures; give the page another",
    );
  for (const [user, index, { origin }] of entriesIn(passkeys))
    if (origin !== web)
      complain(
        ["passkeys", user, index],
        web
          ? `belongs to ${origin}, and web is ${web}; make a new one there`
          : `belongs to ${origin}; give that as web`,
      );
  for (const [name, role] of Object.entries(roles)) {
    if (role.approval === "none" || !role.approval.passkey) continue;
    const at = ["roles", name, "approval", "passkey"];
    if (!web) complain(at, "needs web, the address of the page where approvals are signed; give it");
    else complainOfApprovers(file, name, role.approval, (message) => complain(at, message));
  }
}

/** A role with a user group passes, since any number of people may be in it. */
function complainOfApprovers(
  { roles, passkeys }: PasskeyFile,
  name: string,
  { count }: ApprovalTerms,
  complain: (message: string) => void,
): void {
  const role = roles[name];
  const approvers = role ? approversFor(role, true) : [];
  const without = approvers.filter((one) => !isGroup(one) && !passkeys[one]);
  if (approvers.some(isGroup) || approvers.length - without.length >= count) return;
  complain(
    `needs ${count} with a passkey, and has ${approvers.length - without.length}: ${without.join(", ")} must make one first`,
  );
}
