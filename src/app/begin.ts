/** What works on the records: begun as soon as they are known to be this bot's, and not again. */
import type { Config } from "../config.ts";
import type { HubAlarmPorts } from "../flow/evidence/tell-hub-alarms.ts";
import type { Repeating } from "../flow/support/repeat.ts";
import { keysOf } from "../store/keys.ts";
import type { assemble } from "./assemble.ts";
import type { AppDeps, Clients } from "./clients.ts";
import {
  keepCanary,
  keepClosed,
  keepEpoch,
  keepEvidence,
  keepHomes,
  keepHubAlarms,
  keepLooking,
  keepMassEnds,
  keepPolicy,
  keepSealing,
  keepWatchingHub,
} from "./keep.ts";
import { startWork } from "./work.ts";

export function createBeginning(
  config: Config,
  means: AppDeps,
  clients: Clients,
  assembled: ReturnType<typeof assemble>,
  hubAlarms: HubAlarmPorts | null,
  opened: AsyncDisposableStack,
) {
  const { ports, timerPorts } = assembled;
  const working = opened.use(new AsyncDisposableStack());
  const keep = (one: Pick<Repeating, "close"> | null) => void working.adopt(one, (r) => r?.close());
  let begun = false;
  return {
    isBegun: () => begun,
    async begin() {
      if (begun || working.disposed) return;
      keep(await keepPolicy(config, means, clients, assembled));
      begun = true;
      startWork(
        { urgent: ports, messages: ports, timers: timerPorts },
        clients,
        keysOf(config.instance).prefix,
        means,
        working,
      );
      keep(keepWatchingHub(config, timerPorts, clients));
      keep(keepEpoch(ports, means));
      keep(keepSealing({ ...ports, ...assembled.sealing, holds: assembled.holds }));
      keep(keepHomes(ports, means));
      keep(keepMassEnds(ports, means));
      keep(keepLooking(ports));
      keep(keepCanary(assembled, means));
      keep(keepEvidence(config, assembled, clients));
      keep(keepHubAlarms(hubAlarms));
      keep(keepClosed(assembled, means));
    },
  };
}
