/** What a lockdown would do at this moment; nothing is changed. */
import type { UserId } from "../../domain/ids.ts";
import type { Ports } from "../ports.ts";
import { assertAdmin } from "../support/admin.ts";
import { type Affected, lookAtScope } from "./revoke-all.ts";

const WITHIN_MS = 10_000;

export interface Drilled extends Affected {
  /** Bindings that would be taken away; null where the hub does not answer. */
  bindings: number | null;
}

/** Throws Refused, StoreDown, SlackBusy. */
export async function drillLockdown(ports: Ports, by: UserId): Promise<Drilled> {
  await assertAdmin(ports, by, "lock down");
  const [affected, bindings] = await Promise.all([
    lookAtScope(ports, { what: "everything" }),
    countBindings(ports),
  ]);
  return { ...affected, bindings };
}

/** With it, that the hub says what it remembers: a lockdown would be written there. */
async function countBindings({ grants, lockdown, log }: Ports): Promise<number | null> {
  try {
    const [standing] = await Promise.all([grants.list(AbortSignal.timeout(WITHIN_MS)), lockdown.onHub()]);
    return standing.filter(({ binding }) => binding).length;
  } catch (error) {
    log.warn({ err: error }, "the hub did not answer the drill of a lockdown");
    return null;
  }
}
