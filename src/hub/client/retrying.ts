/**
 * A link that is replaced when the hub refuses its credential or shows a certificate it does not trust; such a call is
 * made once more by the new one. A stray 401 is no dead credential: the call is made again though nothing changed.
 */
import type { Connection } from "./connection.ts";
import { HubError, isDistrust } from "./errors.ts";

export interface Retrying {
  current(): Connection;
  renew(): Promise<void>;
  /** `refused` tells an answer that says no from one that does not; a thrown HubError tells itself. */
  through<T>(run: (by: Connection) => Promise<T>, refused?: (answer: T) => boolean): Promise<T>;
}

/** `renew` resolves to a fresh link; what it throws is for it to tell. */
export function createRetrying(first: Connection, renew: () => Promise<Connection>): Retrying {
  let link = first;
  let renewing: Promise<void> | null = null;
  const renewed = async (refused: Connection) => {
    // One look for all that were refused at once; a late one finds the new link there.
    if (link === refused) {
      renewing ??= replace();
      await renewing;
    }
    return link !== refused;
  };
  return {
    current: () => link,
    renew: async () => void (await renewed(link)),
    async through(run, refused = () => false) {
      const by = link;
      const first = await Promise.allSettled([run(by)]).then(([outcome]) => outcome);
      const no = first.status === "fulfilled" ? refused(first.value) : isRefusal(first.reason);
      if (no && (await renewed(by))) return run(link);
      if (first.status === "rejected") throw first.reason;
      return first.value;
    },
  };

  async function replace(): Promise<void> {
    const fresh = await renew().catch(() => null);
    renewing = null;
    if (!fresh) return;
    const { agent, others } = link;
    link = fresh;
    // What still runs on the old one may end there.
    for (const one of new Set([agent, others])) one.close().catch(() => {});
  }
}

const isRefusal = (error: unknown) =>
  (error instanceof HubError && error.status === 401) || isDistrust(error);
