/** Seals what came to the trail, once a minute and by one replica; the newest seal stands where a thief of Redis cannot reach it. */
import { MINUTE } from "../../domain/duration.ts";
import type { SealHead } from "../../domain/seal.ts";
import type { Anchored, Ports, SealKeeping } from "../ports.ts";
import { checkpoint } from "./checkpoint.ts";

/** How soon what came to the trail is sealed. */
export const SEAL_EVERY_MS = MINUTE;

type Needs = Pick<Ports, "clock" | "log" | "lease" | "epoch" | "told"> & SealKeeping;

/** Resolves to when it is to be called again, ms. Throws StoreDown, StoreUnsure. */
export async function keepSeals(needs: Needs): Promise<number> {
  await needs.lease.hold("seal", ({ signal }) => seal(needs, signal));
  return SEAL_EVERY_MS;
}

async function seal(needs: Needs, signal: AbortSignal): Promise<void> {
  const { seals, log } = needs;
  const hub = await needs.anchor.read(signal).catch((error: unknown) => {
    log.warn({ err: error }, "the hub does not answer: the newest seal is not told to it");
    return undefined;
  });
  const head = await seals.head();
  // Until it is settled which Redis counts, nothing is built on this one.
  if (await isBehind(needs, head, hub)) return;
  const gap = hub?.seal && !(head && (await seals.follows(head, hub.seal))) ? hub.seal : null;
  if (gap)
    log.error(
      { hub: gap, redis: head },
      `the hub remembers seal ${gap.seal} of the trail, and Redis does not go on from it: what was sealed since is lost, and the next seal says so`,
    );
  const newest = (await seals.add(gap)) ?? (await seals.head());
  if (hub !== undefined && newest) await tellHub(needs, newest, hub, signal);
  await seals.trim();
  if (newest && needs.checkpoint) await checkpoint(needs, newest, needs.checkpoint);
}

/** Where the hub does not say, an empty Redis may be one that was lost. */
const isBehind = ({ epoch }: Needs, head: SealHead | null, hub: Anchored | null | undefined) =>
  hub === undefined
    ? head === null
    : epoch.look().then(
        (found) => found === null,
        () => true,
      );

/** The epoch is written there, too, and often in the same moment. */
const TRIES = 3;

/** Tried again in a minute where somebody else was faster each time. */
async function tellHub(
  { anchor, log, seals }: Needs,
  seal: SealHead,
  hub: Anchored | null,
  signal: AbortSignal,
): Promise<void> {
  let from = hub;
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (from?.seal?.hash === seal.hash) return;
    // The hub never goes back, whatever Redis calls the newest.
    if (from?.seal && !(await seals.follows(seal, from.seal))) return;
    const changed = await anchor
      .write({ seal }, from, signal)
      .then((written) => (written ? undefined : anchor.read(signal)))
      .catch((error: unknown) => log.warn({ err: error }, "the newest seal is not told to the hub"));
    if (changed === undefined) return;
    from = changed;
  }
}
