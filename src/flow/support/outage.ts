/** When the hub or Slack is not as it should be, the record says so, everyone sees it unless it passes, and the job tries again. */
import type { RequestId } from "../../domain/ids.ts";
import { toldOutage } from "../../domain/outage.ts";
import type { Outage } from "../../domain/request.ts";
import { withOutage } from "../../domain/transitions.ts";
import { GrantFailed, type Ports, SlackBusy, TroubleOutside } from "../ports.ts";
import { commit } from "./commit.ts";

/** `suspect`: what it is when the error does not say. Throws what `work` throws. */
export async function reportOutage<T>(
  ports: Ports,
  id: RequestId,
  suspect: Outage["what"],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Who waits for their turn is served soon: nobody need be told.
    if (!(error instanceof GrantFailed || error instanceof SlackBusy))
      await noteOutage(ports, id, error instanceof TroubleOutside ? error.what : suspect, error);
    throw error;
  }
}

export async function noteOutage(
  ports: Ports,
  id: RequestId,
  what: Outage["what"],
  error?: unknown,
): Promise<void> {
  const fields = { id, what, ...(error === undefined ? {} : { err: error }) };
  let isNews = false;
  await commit(ports, id, (r) => {
    const next = withOutage(r, what, ports.clock.now());
    isNews = next !== null && toldOutage(next) !== undefined;
    return next;
  });
  if (isNews) ports.log.error(fields, SAYS[what]);
  else ports.log.warn(fields, SAYS[what]);
}

const SAYS: Record<Outage["what"], string> = {
  hub: "the hub does not answer; trying on",
  slack: "Slack does not answer; trying on",
  "not-the-hub": "something else answers in the hub's place; trying on",
  "held-back": "new grants are held back; waiting",
  "rules-differ": "not every replica's configuration allows this grant; waiting until they agree",
  "open-hub": "the hub lets anybody in, so nothing can be proved; trying on",
  accepted: "the hub accepts a token of an account that was removed",
  stuck: "something on the hub holds what was deleted; trying on",
  other: "something outside is not as it should be; trying on",
  "made-again": "something else stands on the hub under the name of what was removed; trying on",
};
