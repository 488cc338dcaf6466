/** Where whoever shows no token is to read nothing: looked at every ten minutes, by one replica for all; told when that is no longer so, once, and once when it is again. */
import { type AnonymousAccess, isClosed, type LastLook } from "../../domain/anonymous.ts";
import { MINUTE, SECOND } from "../../domain/duration.ts";
import { type AnonymousLooks, type Ports, TroubleOutside } from "../ports.ts";

const EVERY_MS = 10 * MINUTE;
/** Whether it is due, how another replica's went, and what the hub did not say, or nobody was told, once more. */
const LOOK_AGAIN_MS = 30 * SECOND;

export interface AnonymousPorts extends Pick<Ports, "clock" | "admins"> {
  lease: Pick<Ports["lease"], "hold">;
  looks: AnonymousLooks;
  /** Throws TroubleOutside. */
  look(signal: AbortSignal): Promise<AnonymousAccess>;
}

export function createAnonymousWatch(ports: AnonymousPorts) {
  const { clock, lease, looks } = ports;
  let last: LastLook | null = null;
  const isDue = (one: LastLook | null): boolean =>
    one === null || one.told === one.closed || Math.abs(clock.now() - one.at) >= EVERY_MS;
  return {
    /** By any replica; null before the first. */
    last: (): LastLook | null => last,
    /** Resolves to how many ms later it is to be called again. Throws StoreDown, StoreUnsure. */
    async run(signal: AbortSignal): Promise<number> {
      last = await looks.last();
      if (isDue(last))
        await lease.hold("anonymous", async (held) => {
          last = await looks.last();
          if (!isDue(last)) return;
          const found = await ports.look(AbortSignal.any([signal, held.signal])).catch((error: unknown) => {
            // What keeps the hub from answering is said by others.
            if (error instanceof TroubleOutside) return null;
            throw error;
          });
          const closed = found && isClosed(found);
          if (!found || closed === null) return;
          const told = await tellChange(ports, found, last?.told ?? false);
          last = { at: clock.now(), closed, told };
          await looks.save(last);
        });
      return LOOK_AGAIN_MS;
    },
  };
}

/** `told`, and what it resolves to: whether the administrators take it for open. */
async function tellChange(
  { admins }: AnonymousPorts,
  found: AnonymousAccess,
  told: boolean,
): Promise<boolean> {
  const closed = isClosed(found) === true;
  if (told !== closed) return told;
  if (closed) return !(await admins.tell({ kind: "reads-closed" }));
  return admins.tell({ kind: "reads-opened", reads: found.reads === true, allows: found.allows });
}
