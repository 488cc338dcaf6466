/** When the hub or Slack is not as it should be, the record says so, everyone sees it unless it passes, and the job tries again. */
import { asEnding, leaksOf, leaving } from "../../domain/former.ts";
import { type Going, generationTroubled } from "../../domain/generations.ts";
import type { RequestId } from "../../domain/ids.ts";
import { toldOutage } from "../../domain/outage.ts";
import type { AccessRequest, Outage } from "../../domain/request.ts";
import { withOutage } from "../../domain/transitions.ts";
import { GrantFailed, LeaseLost, type Ports, SlackBusy, TroubleOutside } from "../ports.ts";
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
    // Who waits for their turn is served soon, and so is what another has taken over: nobody need be told.
    if (!(error instanceof GrantFailed || error instanceof SlackBusy || error instanceof LeaseLost))
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
  let isNews = false;
  await commit(ports, id, (r) => {
    const next = withOutage(r, what, ports.clock.now());
    isNews = next !== null && toldOutage(next) !== undefined;
    return next;
  });
  log(ports, { id, what, isNews, error });
}

/** The same of a generation that goes. Throws what `work` throws. */
export async function reportGoing<T>(ports: Ports, going: Going, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LeaseLost))
      await noteGoing(ports, going, error instanceof TroubleOutside ? error.what : "hub", error);
    throw error;
  }
}

export async function noteGoing(
  ports: Ports,
  { id, generation }: Going,
  what: Outage["what"],
  error?: unknown,
): Promise<void> {
  let isNews = false;
  const request = await commit(ports, id, (r) => {
    const next = generationTroubled(r, generation, what, ports.clock.now());
    isNews = next !== null && isTold(next, generation);
    return next;
  });
  log(ports, { id, what, isNews, error });
  // Said to have leaked after it was known that it may work on; or a telling of it failed before. They are told once a
  // day, and nothing waits for it.
  const leaked = leaksOf(request).some((one) => one.generation === generation);
  if (leaked && isTold(request, generation))
    void ports.admins.tell({ kind: "leak-unproven", request, generation });
}

const isTold = (r: AccessRequest, generation: number): boolean =>
  [
    r,
    ...leaving(r)
      .filter((one) => one.generation === generation)
      .map(asEnding),
  ].some((one) => toldOutage(one) !== undefined);

interface Noted {
  id: RequestId;
  what: Outage["what"];
  isNews: boolean;
  error: unknown;
}

function log(ports: Ports, { id, what, isNews, error }: Noted): void {
  const fields = { id, what, ...(error === undefined ? {} : { err: error }) };
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
