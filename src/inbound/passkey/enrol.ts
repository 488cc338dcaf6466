/** The page on which a person makes a passkey. Nothing is stored: its line goes into the configuration. */
import type { RegistrationResponseJSON } from "@simplewebauthn/server";
import type { Bot } from "../../bot.ts";
import { passkeyLine, readPasskeyLine } from "../../policy/passkeys.ts";
import { challengeFor } from "../../policy/statement.ts";
import { ALGORITHMS, verifyRegistration } from "../../policy/webauthn.ts";
import { HOUR } from "../../request/durations.ts";
import { Refused } from "../../request/refused.ts";
import type { PageLink } from "./link.ts";
import { nameAndId, type PageView, readerFor, viewFor } from "./view.ts";

/** `link` itself is the challenge: nobody else has it, and it is good for minutes. */
export async function showEnrolment(
  bot: Bot,
  { user }: PageLink,
  { link }: { link: string },
): Promise<PageView> {
  const person = await bot.slack.person(user, HOUR);
  return viewFor(person, (words) => ({
    title: words.enrol,
    text: words.about(nameAndId(person)),
    button: words.create,
    options: {
      challenge: challengeFor(link),
      rp: { id: new URL(bot.config.web ?? "").hostname, name: `Karpor access, ${bot.config.hub.name}` },
      user: { id: Buffer.from(user).toString("base64url"), name: person.name, displayName: person.name },
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: (bot.config.passkeys[user] ?? []).map(({ id }) => ({ type: "public-key", id })),
      authenticatorSelection: { residentKey: "preferred", userVerification: "required" },
      attestation: "none",
    },
  }));
}

/** Throws Refused. */
export async function makeLine(
  bot: Bot,
  { user }: PageLink,
  { link, credential }: { link: string; credential?: unknown },
): Promise<PageView> {
  const passkey = await verifyRegistration(credential as RegistrationResponseJSON, {
    user,
    origin: bot.config.web ?? "",
    challenge: challengeFor(link),
  });
  const line = passkey && passkeyLine(passkey);
  // Its key may be of a kind that the file cannot have.
  if (!line || !readPasskeyLine(line)) throw new Refused("passkey-refused");
  return viewFor(await readerFor(bot, user), (words) => ({ title: words.made, text: words.give, line }));
}
