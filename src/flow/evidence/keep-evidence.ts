/** Whether the hub still tells what tokens are used for: the bot's own harmless write must come back as an event. */
import { MINUTE } from "../../domain/duration.ts";
import { HEARTBEAT_MS, isSilent } from "../../domain/use.ts";
import type { Evidence, Ports } from "../ports.ts";
import type { Holds } from "../support/holds.ts";

const LOOK_AGAIN_MS = 30_000;
/** Whoever looks that much later than before slept. */
const SLEPT_MS = 5 * MINUTE;

export interface EvidencePorts extends Pick<Ports, "clock" | "log" | "lease" | "admins"> {
  evidence: Evidence;
  /** One harmless write on the instance's own account, over a connection of its own. Throws TroubleOutside. */
  beat(signal: AbortSignal): Promise<void>;
  holds: Pick<Holds, "report">;
}

export function createEvidenceKeeper(ports: EvidencePorts) {
  const { clock, evidence, lease, admins, holds } = ports;
  // Whatever was not sent while no bot ran, or all slept, cannot come back.
  let since = clock.now();
  let looked = since;
  let told: number | null = null;
  return {
    /** Resolves to how many ms later it is to be looked at again. Throws StoreDown, StoreUnsure. */
    async run(signal: AbortSignal): Promise<number> {
      await lease.hold("heartbeat", async (held) => {
        const { sent } = await evidence.coverage();
        if (sent === null || Math.abs(clock.now() - sent) >= HEARTBEAT_MS)
          await sendBeat(ports, AbortSignal.any([signal, held.signal]));
      });
      const { heard } = await evidence.coverage();
      const now = clock.now();
      if (Math.abs(now - looked) >= SLEPT_MS) since = now;
      looked = now;
      const last = Math.max(heard ?? 0, since);
      const silent = isSilent({ heard: last }, now);
      holds.report("hub audit", silent ? [notice(heard)] : []);
      // Since the same moment by whichever replica, and whenever it started.
      const alarm = { kind: "hub-silent", heard, since: heard ?? since } as const;
      if (silent && told !== last && (await admins.tell(alarm))) told = last;
      return LOOK_AGAIN_MS;
    },
  };
}

/** Also where the hub refuses it, it has seen it; where it does not answer, others say so. */
async function sendBeat({ beat, evidence, clock, log }: EvidencePorts, signal: AbortSignal): Promise<void> {
  await evidence.beat(clock.now());
  await beat(signal).catch((error: unknown) => log.warn({ err: error }, "no heartbeat reached the hub"));
}

const notice = (heard: number | null) => ({
  cause: "hub audit",
  message: `The hub ${heard === null ? "never told" : `last told ${new Date(heard).toISOString()}`} what tokens are used for`,
  fix: "npm run doctor says what to look at: docs/evidence.md",
  notice: true as const,
});
