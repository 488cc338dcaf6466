/** The keys of one hub installation: certificate authority, serving certificate, administrator, token signer. */
import { createHash, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { Credentials } from "./types.ts";
import { createAuthority } from "./x509.ts";

export interface HubKeys {
  ca: string;
  serving: Credentials;
  admin: Credentials;
  signer: { id: string; privateKey: KeyObject; publicKey: KeyObject };
}

export async function createKeys(): Promise<HubKeys> {
  const [authority, pair] = await Promise.all([
    createAuthority("karpor-ca"),
    promisify(generateKeyPair)("rsa", { modulusLength: 2048 }),
  ]);
  const der = pair.publicKey.export({ type: "spki", format: "der" });
  const id = createHash("sha256").update(der).digest("base64url");
  return {
    ca: authority.certificate,
    serving: await authority.issue({ commonName: "localhost", hosts: ["localhost", "127.0.0.1"] }),
    admin: await authority.issue({ commonName: "karpor-admin", organization: MASTERS }),
    signer: { id, ...pair },
  };
}

/** To make them takes a core a tenth of a second: of the hubs that a process starts every eighth has the same. */
const FEW = 8;
const made: Promise<HubKeys>[] = [];
let started = 0;

/** For a hub that starts: not those of the seven before. */
export function nextKeys(): Promise<HubKeys> {
  const nth = started++ % FEW;
  made[nth] ??= createKeys();
  return made[nth];
}

const MASTERS = "system:masters";
