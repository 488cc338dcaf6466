/** What a job of the queue runs. */
import type { RequestId } from "../domain/ids.ts";
import { askFallback } from "../flow/ask-fallback.ts";
import { checkIdle } from "../flow/check-idle.ts";
import { coverViews } from "../flow/cover-views.ts";
import { endGrant } from "../flow/end.ts";
import { extendGrant } from "../flow/extend-grant.ts";
import { sweep } from "../flow/mend/sweep.ts";
import { nudgeApprovers } from "../flow/nudge.ts";
import type { Lane, Later, Ports } from "../flow/ports.ts";
import { provisionGrant } from "../flow/provision.ts";
import { refreshToken } from "../flow/refresh-token.ts";
import { remindHolder } from "../flow/remind.ts";
import { reportUse } from "../flow/report-use.ts";
import { startGrant } from "../flow/start.ts";
import { setNextTimer } from "../flow/support/next-timer.ts";
import { redraw, syncMessages } from "../flow/sync-messages.ts";
import { takeTokenOff } from "../flow/take-token-off.ts";
import { timeOutRequest } from "../flow/time-out.ts";
import { createExpiry } from "../flow/together/expire-together.ts";
import { validateRequester } from "../flow/validate.ts";
import { verifyEnd } from "../flow/verify.ts";
import { checkDeparture } from "../flow/watch/check-departure.ts";
import { aboutRequest } from "../log.ts";
import { createWorker, type Handler } from "../queue/worker.ts";
import type { AppDeps, Clients } from "./clients.ts";

export function startWork(
  ports: Record<Lane, Ports>,
  { redis, giveWay, eager }: Clients,
  prefix: string,
  { clock, log, times }: AppDeps,
  opened: AsyncDisposableStack,
) {
  const about =
    (step: (ports: Ports, id: RequestId, lane: Lane) => Promise<Later>): Handler =>
    (id, lane) =>
      aboutRequest(id, () => step(ports[lane], id, lane));
  const expire = createExpiry(ports.timers);
  const worker = createWorker({
    connection: redis.worker,
    prefix,
    clock,
    log,
    giveWay,
    eager,
    locks: times?.locks,
    onTimer: async (id, fired, waiting) => {
      await setNextTimer(ports.timers, id, fired);
      if (fired.step === "end") await expire(id, waiting);
    },
    handlers: {
      validate: about(validateRequester),
      start: about(startGrant),
      provision: (id, lane, version) => aboutRequest(id, () => provisionGrant(ports[lane], id, version)),
      refreshToken: about(refreshToken),
      extend: about(extendGrant),
      remind: about(remindHolder),
      nudge: about(nudgeApprovers),
      askFallback: about(askFallback),
      timeOut: about(timeOutRequest),
      end: about(endGrant),
      verify: about(verifyEnd),
      syncMessages: about(syncMessages),
      redraw: about(redraw),
      takeTokenOff: about(takeTokenOff),
      coverViews: about(coverViews),
      checkDeparture: about(checkDeparture),
      reportUse: about(reportUse),
      checkIdle: about(checkIdle),
    },
    sweep: () => sweep(ports.timers),
  });
  opened.adopt(worker, (w) => w.close());
}
