/** Renews the bot's own token at half of its life, and writes it back to its kubeconfig (file or Secret). The sweep calls it. */
import { z } from "zod";
import type { Clock } from "../request/clock.ts";
import { DAY, SECOND } from "../request/durations.ts";
import { type Secret, secret } from "../request/secret.ts";
import type { HubClient } from "./client.ts";
import { readAnswer } from "./errors.ts";
import { tokenAccount, tokenLife } from "./jwt.ts";
import { replaceToken } from "./kubeconfig.ts";
import type { KubeconfigSource } from "./source.ts";

/** Milliseconds. A stolen token is good for so long at most. */
export const OWN_TOKEN_LIFE = 90 * DAY;

const OwnTokenRequest = z.object({ status: z.object({ token: z.string().min(1) }) });

/**
 * Does nothing before half of the token's life, or with a client certificate. Returns true when the bot has a new token,
 * also by another replica. Throws HubError when it cannot be made or written back.
 */
export async function renewOwnToken(
  client: HubClient,
  source: KubeconfigSource,
  clock: Clock,
): Promise<boolean> {
  if (!isDue(client.token(), clock)) return false;
  // Another replica may have been faster.
  await client.reread();
  const old = client.token();
  if (!old || !isDue(old, clock)) return true;
  const text = await source.read();
  await source.replace(text, replaceToken(text, await mintLike(client, old)));
  await client.reread();
  return true;
}

function isDue(token: Secret | null, clock: Clock): boolean {
  const life = token && tokenLife(token);
  return life !== null && clock.now() >= (life.from + life.to) / 2;
}

/** Makes a token of the same account that lives as long, at most OWN_TOKEN_LIFE. */
async function mintLike(client: HubClient, old: Secret): Promise<Secret> {
  const { namespace = "", name = "" } = tokenAccount(old) ?? {};
  const { from, to } = tokenLife(old) ?? { from: 0, to: 0 };
  const spec = { expirationSeconds: Math.round(Math.min(to - from, OWN_TOKEN_LIFE) / SECOND) };
  const body = { spec: spec as typeof spec & { audiences: string[] } };
  const answer = await client.call(({ core }) =>
    core.createNamespacedServiceAccountToken({ namespace, name, body }),
  );
  return secret(readAnswer("renew the bot's own token", OwnTokenRequest, answer).status.token);
}
