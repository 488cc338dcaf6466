/** The DM with a person: opened once, and known to all replicas from then on. */
import type { WebClient } from "@slack/web-api";
import { DAY } from "../../domain/duration.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Clock, Memory } from "../../flow/ports.ts";
import { type Share, sharing } from "./sharing.ts";

export interface DmOptions {
  memory: Memory;
  clock: Clock;
}

const KEEP_MS = 90 * DAY;
const nameOf = (user: UserId): string => `dm:${user}`;

/** A welcome and an answer to the same person at one moment need one DM. */
const shares = new WeakMap<Memory, Share>();

/** By a client as urgent as the token that comes there. Throws what it throws. */
export async function dmWith(options: DmOptions, client: WebClient, user: UserId): Promise<string> {
  const { memory } = options;
  const known = await memory.read(nameOf(user), ["channel"]);
  if (known?.values[0]) return known.values[0];
  const share = shares.get(memory) ?? sharing();
  shares.set(memory, share);
  return share(user, () => open(options, client, user));
}

async function open({ memory, clock }: DmOptions, client: WebClient, user: UserId): Promise<string> {
  const at = clock.now();
  const { channel } = await client.conversations.open({ users: user });
  if (!channel?.id) throw new Error("conversations.open answered without a channel");
  await memory.write(nameOf(user), { at, values: { channel: channel.id }, keepMs: KEEP_MS });
  return channel.id;
}

/** Slack does not know the channel any more. */
export const forgetDm = ({ memory }: DmOptions, user: UserId): Promise<void> => memory.drop(nameOf(user));
