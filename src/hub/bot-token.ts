/** Renews the bot's own token after half of its life, and writes it back to its kubeconfig. The sweep calls it. */
import { z } from "zod";
import type { Clock } from "../request/clock.ts";
import { DAY, SECOND } from "../request/durations.ts";
import { type Secret, secret } from "../request/secret.ts";
import type { HubClient } from "./client.ts";
import { readAnswer } from "./errors.ts";
import { tokenAccount, tokenLife } from "./jwt.ts";
import { replaceToken } from "./kubeconfig.ts";
import type { KubeconfigSource } from "./source.ts";

/** Limits how long a stolen token works. */
export const OWN_TOKEN_LIFE = 90 * DAY;

const OwnTokenRequest = z.object({ status: z.object({ token: z.string().min(1) }) });

/** Returns true when the bot has a new token, including one that another replica made. */
export async function renewOwnToken(
  client: HubClient,
  source: KubeconfigSource,
  clock: Clock,
): Promise<boolean> {
  if (!isDue(client.token(), clock)) return false;
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
