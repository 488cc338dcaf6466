/** Whether what comes to the trail is in a seal that the hub has: whoever can write to Redis can keep it from being sealed. */
import { SEALED_WITHIN_MS, type Witnessed } from "../../domain/seal.ts";
import type { EpochKeeper, Ports, SealKeeping } from "../ports.ts";
import type { HoldFound, Holds } from "../support/holds.ts";

/** In a row: a replica that slept may look before another, which slept as long, has sealed. */
const LOOKS = 10;

interface Needs extends Pick<Ports, "clock" | "admins" | "epoch">, Pick<SealKeeping, "seals" | "anchor"> {
  holds: Pick<Holds, "report">;
}

/** To be called after each try to seal. Throws StoreDown. */
export function createSealWatch({ clock, admins, epoch, seals, anchor, holds }: Needs) {
  /** How often, and since when, something was past this seal. */
  let past = { hash: "", looks: 0, since: clock.now() };
  return async (signal: AbortSignal): Promise<void> => {
    const hub = await anchor.read(signal).catch(() => undefined);
    // While it is away others say so, and nobody can tell.
    if (hub === undefined) return;
    const newest = hub?.seal ?? (await seals.head());
    const hash = newest?.hash ?? "";
    const now = clock.now();
    const isLeft = (await seals.isLeft(newest)) && !(await isBehind(epoch));
    if (!isLeft || past.hash !== hash) past = { hash, looks: 0, since: now };
    if (isLeft) past.looks += 1;
    const isStuck = past.looks >= LOOKS && now - past.since >= SEALED_WITHIN_MS;
    holds.report("sealing", isStuck ? [notice(newest)] : []);
    if (isStuck) await admins.tell({ kind: "unsealed", seal: newest?.seal ?? 0, since: newest?.at ?? null });
  };
}

/** Nothing is sealed until an administrator has said which Redis counts: they were told so. */
const isBehind = (epoch: Pick<EpochKeeper, "look">): Promise<boolean> =>
  epoch.look().then(
    (found) => found === null,
    () => false,
  );

const notice = (newest: Witnessed | null): HoldFound => ({
  cause: "sealing",
  message: `What came to the trail${newest ? ` since seal ${newest.seal} of ${new Date(newest.at).toISOString()}` : ""} is in no seal that the hub has`,
  fix: "docs/audit.md says what to look at: When nothing is sealed",
  notice: true,
});
