/** Whether the hub takes the bot's own credential: an upgrade of Karpor ends it. Noticed within a minute, told once, and once when it is over. */
import { SECOND } from "../../domain/duration.ts";
import { type Ports, TroubleOutside } from "../ports.ts";

const WELL_MS = 15 * SECOND;
/** Also between two refusals: a stray one means nothing. */
const REFUSED_MS = 5 * SECOND;

export interface OwnAccess {
  taken: boolean;
  /** Tells this credential from others, and nothing of it. */
  credential: string;
}

export interface AccessPorts extends Pick<Ports, "admins" | "log"> {
  /** Asks as the bot, and where it is refused, once more by the kubeconfig as it is now. Throws TroubleOutside. */
  look(signal: AbortSignal): Promise<OwnAccess>;
  /** Looks at once at all that holds back new grants. */
  recheck(): void;
  /** What waited for the hub goes on. */
  resume(): Promise<void>;
}

/** Each run resolves to how many ms later the next is due. */
export function watchAccess(ports: AccessPorts): (signal: AbortSignal) => Promise<number> {
  const { admins, log } = ports;
  let refusals = 0;
  let refused: string | null = null;
  /** What is over, and not all of them heard. */
  let over: string | null = null;
  let isAway = false;
  const onRefused = async (credential: string) => {
    refusals += 1;
    if (refusals < 2) return;
    if (refused === null) ports.recheck();
    // The first: by it every replica names the same upgrade.
    refused ??= credential;
    await admins.tell({ kind: "locked-out", credential: refused });
  };
  const onTaken = async () => {
    const was = refused;
    [refusals, refused] = [0, null];
    if (was !== null) {
      over = was;
      ports.recheck();
      await ports
        .resume()
        .catch((error: unknown) => log.warn({ err: error }, "the next sweep goes on instead"));
    }
    if (over !== null && (await admins.tell({ kind: "let-in", credential: over }))) over = null;
  };
  /** That it is gone, or back, is said at once, and not when the checks come round. */
  const seen = (away: boolean) => {
    if (away !== isAway) ports.recheck();
    isAway = away;
  };
  return async (signal) => {
    try {
      const { taken, credential } = await ports.look(signal);
      seen(false);
      await (taken ? onTaken() : onRefused(credential));
    } catch (error) {
      // A hub that is away refuses nobody, and takes nobody: what is known stays.
      if (!(error instanceof TroubleOutside)) throw error;
      seen(true);
    }
    return refusals > 0 ? REFUSED_MS : WELL_MS;
  };
}
