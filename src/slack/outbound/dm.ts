/** The DM with a person: opened once, and known to all replicas from then on. */
import type { WebClient } from "@slack/web-api";
import { DAY } from "../../domain/duration.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Clock, Memory } from "../../flow/ports.ts";
import { retryAfter } from "./client.ts";

export interface DmOptions {
  memory: Memory;
  clock: Clock;
}

const KEEP_MS = 90 * DAY;
const nameOf = (user: UserId): string => `dm:${user}`;

interface Opening {
  answer: Promise<string>;
  isPressing: boolean;
}

/** A welcome and an answer to the same person at one moment need one DM. */
const openings = new WeakMap<Memory, Map<UserId, Opening>>();

/** `isPressing`: somebody's access waits for it, and it for nothing that does not press. Throws what the client throws. */
export async function dmWith(
  options: DmOptions,
  client: WebClient,
  user: UserId,
  isPressing = false,
): Promise<string> {
  const { memory } = options;
  const known = await memory.read(nameOf(user), ["channel"]);
  if (known?.values[0]) return known.values[0];
  const all = openings.get(memory) ?? new Map<UserId, Opening>();
  openings.set(memory, all);
  const before = all.get(user);
  if (before && (before.isPressing || !isPressing)) return before.answer;
  const own = open(options, client, user);
  const opening = { isPressing, answer: before ? eitherOf(own, before.answer) : own };
  all.set(user, opening);
  return opening.answer.finally(() => {
    if (all.get(user) === opening) all.delete(user);
  });
}

/** What does not press may still wait its turn; where it is under way, there is no room for another, and its answer is for both. */
async function eitherOf(own: Promise<string>, before: Promise<string>): Promise<string> {
  try {
    return await Promise.any([own, before]);
  } catch (error) {
    const { errors } = error as AggregateError;
    // What Slack said of it says more than a mere wait.
    throw errors.find((one) => retryAfter(one) === null) ?? errors[0];
  }
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
