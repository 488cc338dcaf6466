/**
 * Verifies WebAuthn signatures and new passkeys. The library is loaded at first use, since it takes 0.4 s and 23 MB.
 */
import type { RegistrationResponseJSON } from "@simplewebauthn/server";
import type { UserId } from "../request/ids.ts";
import type { Assertion } from "../request/record.ts";
import type { Passkey } from "./passkeys.ts";

const loadLibrary = () => import("@simplewebauthn/server");

/** COSE's numbers of ES256 and RS256. */
export const ALGORITHMS = [-7, -257];

/** False also where the device didn't verify its user. */
export async function verifyAssertion(
  { origin, id, publicKey }: Passkey,
  challenge: string,
  { clientDataJSON, authenticatorData, signature }: Assertion,
): Promise<boolean> {
  const { verifyAuthenticationResponse } = await loadLibrary();
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: "public-key",
        clientExtensionResults: {},
        response: { clientDataJSON, authenticatorData, signature },
      },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: new URL(origin).hostname,
      // Synced passkeys don't count signatures.
      credential: { id, publicKey: Buffer.from(publicKey, "base64url"), counter: 0 },
      requireUserVerification: true,
    });
    return verified;
  } catch {
    return false;
  }
}

/** Null also where the device didn't verify its user. */
export async function verifyRegistration(
  response: RegistrationResponseJSON,
  { user, origin, challenge }: { user: UserId; origin: string; challenge: string },
): Promise<Passkey | null> {
  const { verifyRegistrationResponse } = await loadLibrary();
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: new URL(origin).hostname,
      supportedAlgorithmIDs: ALGORITHMS,
      requireUserVerification: true,
    });
    if (!registrationInfo) return null;
    const { id, publicKey } = registrationInfo.credential;
    return { user, origin, id, publicKey: Buffer.from(publicKey).toString("base64url") };
  } catch {
    return null;
  }
}
