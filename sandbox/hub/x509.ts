/** A throwaway certificate authority: just enough X.509 (DER by hand, ECDSA by node:crypto) for TLS on localhost. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";
import type { Credentials } from "./types.ts";

export interface Wanted {
  commonName: string;
  organization?: string;
  /** Names and IPv4 addresses a server answers to. */
  hosts?: string[];
}

export interface Authority {
  certificate: string;
  issue(wanted: Wanted): Credentials;
}

const DAY_MS = 24 * 3600 * 1000;
const LIFE_MS = 3650 * DAY_MS;

export function createAuthority(commonName: string): Authority {
  const own = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const issuer: Wanted = { commonName };
  const certify = (wanted: Wanted, key: KeyObject, extensions: Buffer[]) =>
    pem("CERTIFICATE", certificate(issuer, wanted, key, own.privateKey, extensions));
  return {
    certificate: certify(issuer, own.publicKey, [
      extension([2, 5, 29, 19], seq(bool(true)), true),
      extension([2, 5, 29, 15], der(0x03, Buffer.from([1, 0x06])), true),
    ]),
    issue(wanted) {
      const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
      const key = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      return { certificate: certify(wanted, pair.publicKey, leafExtensions(wanted)), key };
    },
  };
}

function leafExtensions({ hosts = [] }: Wanted): Buffer[] {
  const usage = hosts.length > 0 ? 1 : 2;
  const extended = extension([2, 5, 29, 37], seq(oid([1, 3, 6, 1, 5, 5, 7, 3, usage])));
  if (hosts.length === 0) return [extended];
  const names = hosts.map((host) =>
    isIPv4(host) ? der(0x87, Buffer.from(host.split(".").map(Number))) : der(0x82, Buffer.from(host)),
  );
  return [extended, extension([2, 5, 29, 17], seq(...names))];
}

function certificate(
  issuer: Wanted,
  wanted: Wanted,
  key: KeyObject,
  signer: KeyObject,
  extensions: Buffer[],
) {
  const algorithm = seq(oid([1, 2, 840, 10045, 4, 3, 2]));
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(15)]);
  const body = seq(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name(issuer),
    seq(utc(Date.now() - DAY_MS), utc(Date.now() + LIFE_MS)),
    name(wanted),
    key.export({ type: "spki", format: "der" }),
    der(0xa3, seq(...extensions)),
  );
  return seq(body, algorithm, der(0x03, Buffer.from([0]), sign("sha256", body, signer)));
}

function name({ commonName, organization }: Wanted): Buffer {
  const part = (id: number, text: string) => der(0x31, seq(oid([2, 5, 4, id]), der(0x0c, Buffer.from(text))));
  return seq(...(organization ? [part(10, organization)] : []), part(3, commonName));
}

function extension(id: number[], value: Buffer, critical = false): Buffer {
  return seq(oid(id), ...(critical ? [bool(true)] : []), der(0x04, value));
}

const seq = (...parts: Buffer[]) => der(0x30, ...parts);
const bool = (value: boolean) => der(0x01, Buffer.from([value ? 0xff : 0]));

function utc(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, "");
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`));
}

function oid([first = 0, second = 0, ...rest]: number[]): Buffer {
  const base128 = (n: number): number[] =>
    n < 128 ? [n] : [...base128(n >> 7).map((b) => b | 0x80), n & 0x7f];
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const size = body.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function pem(label: string, body: Buffer): string {
  const lines = body.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
