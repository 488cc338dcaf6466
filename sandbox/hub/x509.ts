/** A throwaway certificate authority for TLS on localhost: ECDSA on P-256, in memory. */
import "reflect-metadata";
import { isIPv4 } from "node:net";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { Credentials } from "./types.ts";

interface WantedCertificate {
  commonName: string;
  organization?: string;
  /** Names and IPv4 addresses a server answers to. */
  hosts?: string[];
}

export interface Authority {
  certificate: string;
  issue(wanted: WantedCertificate): Promise<Credentials>;
}

const DAY_MS = 24 * 3600 * 1000;
const LIFE_MS = 3650 * DAY_MS;
const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const MAY_SIGN = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;

export async function createAuthority(commonName: string): Promise<Authority> {
  const keys = await newKeys();
  const own = await X509CertificateGenerator.createSelfSigned({
    ...{ name: nameOf({ commonName }), keys, signingAlgorithm: ECDSA, ...validity() },
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(MAY_SIGN, true),
    ],
  });
  return {
    certificate: `${own}\n`,
    async issue(wanted) {
      const { publicKey, privateKey } = await newKeys();
      const certificate = await X509CertificateGenerator.create({
        ...{ subject: nameOf(wanted), issuer: own.subject, extensions: leafExtensions(wanted) },
        ...{ publicKey, signingKey: keys.privateKey, signingAlgorithm: ECDSA, ...validity() },
      });
      const key = PemConverter.encode(await crypto.subtle.exportKey("pkcs8", privateKey), "PRIVATE KEY");
      return { certificate: `${certificate}\n`, key: `${key}\n` };
    },
  };
}

const newKeys = () => crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);

const validity = () => ({
  notBefore: new Date(Date.now() - DAY_MS),
  notAfter: new Date(Date.now() + LIFE_MS),
});

const nameOf = ({ commonName, organization }: WantedCertificate): JsonName => [
  ...(organization === undefined ? [] : [{ O: [organization] }]),
  { CN: [commonName] },
];

function leafExtensions({ hosts = [] }: WantedCertificate): Extension[] {
  if (hosts.length === 0) return [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])];
  const names = hosts.map((value) => ({ type: isIPv4(value) ? ("ip" as const) : ("dns" as const), value }));
  return [
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(names),
  ];
}
