/** A probe token waits in the memory of the replica that minted it, and is tried once the hub can no longer remember it. */
import { SECOND } from "../../domain/duration.ts";
import { type Going, goingOf } from "../../domain/generations.ts";
import { VERIFY_AFTER_MS } from "../../domain/lifecycle.ts";
import type { MintedToken, Ports } from "../ports.ts";
import { isSpent, verifyDeleted } from "../verify.ts";

const AGAIN_MS = 10 * SECOND;
/** Then it is forgotten: a token is in no memory for longer than a minute. */
const LOOKS_MAX = 5;
const BUSY_MS = 250;
/** Each look is a connection of its own. With too few of them, looks come late in a burst, and the verify jobs before them. */
const AT_ONCE = 40;

/** Returns at once. A probe that is lost, or was never refused, leaves the proof to the request's verify job. */
export function watchProbe(ports: Ports, going: Going, probe: MintedToken): void {
  const { id, deletedAt = 0 } = going;
  const look = async () => {
    await sleepUntil(ports, deletedAt + VERIFY_AFTER_MS);
    for (let looks = 0; looks < LOOKS_MAX; looks++) {
      if (await inTurn(() => lookOnce(ports, going, probe))) return;
      await sleepUntil(ports, ports.clock.now() + AGAIN_MS);
    }
  };
  look().catch((error: unknown) => {
    if (!ports.stopping.aborted) ports.log.warn({ id, err: error }, "a probe token was given up");
  });
}

const sleepUntil = ({ clock, stopping }: Ports, at: number): Promise<void> =>
  clock.sleep(Math.max(0, at - clock.now()), stopping);

/** Whether there is nothing more to look for. */
async function lookOnce(
  ports: Ports,
  { id, generation, deletedAt }: Going,
  probe: MintedToken,
): Promise<boolean> {
  const look = async () => {
    const request = await ports.requests.get(id);
    return request ? goingOf(request, generation) : undefined;
  };
  for (;;) {
    const worked = await ports.lease
      .hold(id, async (held) => {
        const going = await look();
        if (!going || going.deletedAt !== deletedAt) return true;
        if (isSpent(ports, probe)) return true;
        await verifyDeleted(ports, going, probe, held);
        return (await look()) === undefined;
      })
      .catch(() => ({ done: false }));
    if (worked) return worked.done;
    await ports.clock.sleep(BUSY_MS, ports.stopping);
  }
}

let running = 0;
const queue: (() => void)[] = [];

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => queue.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  }
}
