/** The DM with a person: opened once, and known to all replicas from then on. */
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
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
  const own = open(options, client, { users: user }).then(({ id }) => id);
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

/** A message of the bot's own, or the person's. `mark`: on the first of its blocks, if there is one. */
export interface Latest {
  channel: string;
  ts: string;
  mark: string | undefined;
}

/**
 * The newest message of the DM, null in an empty one: no scope lets the bot read further back, nor should one. Throws what
 * the client throws.
 */
export async function latestIn(options: DmOptions, client: WebClient, user: UserId): Promise<Latest | null> {
  const { id, latest } = await open(options, client, { users: user, return_im: true });
  return latest ? { channel: id, ts: latest.ts, mark: latest.blocks?.[0]?.block_id } : null;
}

const Opened = z.object({
  channel: z.object({
    id: z.string(),
    latest: z
      .object({ ts: z.string(), blocks: z.array(z.object({ block_id: z.string().optional() })).optional() })
      .nullish(),
  }),
});

/** Whatever it is opened for: whoever opens it next would have to wait. */
async function open(
  { memory, clock }: DmOptions,
  client: WebClient,
  asked: { users: UserId; return_im?: true },
) {
  const at = clock.now();
  const { channel } = Opened.parse(await client.conversations.open(asked));
  await memory.write(nameOf(asked.users), { at, values: { channel: channel.id }, keepMs: KEEP_MS });
  return channel;
}

/** Slack does not know the channel any more. */
export const forgetDm = ({ memory }: DmOptions, user: UserId): Promise<void> => memory.drop(nameOf(user));
