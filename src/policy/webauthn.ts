/** Verifies WebAuthn signatures and new passkeys by @simplewebauthn/server, loaded at first use (0.4 s and 23 MB). */
import type { RegistrationResponseJSON } from "@simplewebauthn/server";
import type { UserId } from "../request/ids.ts";
import type { Assertion } from "../request/record.ts";
import type { Passkey } from "./passkeys.ts";

const loadLibrary = () => import("@simplewebauthn/server");

/** COSE's numbers of ES256 and RS256 (IANA COSE Algorithms); `readPasskeyLine` takes keys of these only. */
export const ALGORITHMS = [-7, -257];

/** Resolves to false for another challenge, origin or key, and where the device did not verify its user. */
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
      // Synced passkeys count no signatures: with 0 every count is taken.
      credential: { id, publicKey: Buffer.from(publicKey, "base64url"), counter: 0 },
      requireUserVerification: true,
    });
    return verified;
  } catch {
    return false;
  }
}

/** Resolves to the passkey that a browser made for this challenge; null where it made none, or did not verify its user. */
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
