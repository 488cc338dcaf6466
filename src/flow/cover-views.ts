/** Views that bore a token are overwritten: two minutes after, and at once when it works no more. Repeated until Slack confirms. */
import { type TokenView, viewsToCover } from "../domain/delivery.ts";
import { SECOND } from "../domain/duration.ts";
import type { RequestId } from "../domain/ids.ts";
import { dueOf } from "../domain/lifecycle.ts";
import { covered } from "../domain/reveal.ts";
import { type AccessRequest, type Lane, type Later, type Ports, SlackBusy, TroubleOutside } from "./ports.ts";
import { commit, messageJob } from "./support/commit.ts";
import { settleAll } from "./support/settle-all.ts";
import { sooner } from "./support/sooner.ts";

/** While Slack is away each is tried on, to be gone when it is back; what it has no wish to take, less and less often. */
function againAfter(error: unknown, ageMs: number): number {
  if (error instanceof SlackBusy) return error.retryAfterMs;
  return error instanceof TroubleOutside ? SECOND : Math.max(SECOND, ageMs / 20);
}

/** Needs no lease: whoever is late to show a token changes no view that was overwritten. Throws StoreDown, StoreUnsure. */
export async function coverViews(ports: Ports, id: RequestId, lane: Lane = "messages"): Promise<Later> {
  const request = await ports.requests.get(id);
  if (!request) return undefined;
  const views = viewsToCover(request, ports.clock.now());
  if (lane === "timers") return leaveToSlack(ports, request, views);
  const laters = await settleAll(views.map((view) => coverOne(ports, request, view)));
  return laters.reduce(sooner, undefined);
}

/** In a lane of its own: ends wait in that of the timers. */
async function leaveToSlack(
  ports: Ports,
  request: AccessRequest,
  views: readonly TokenView[],
): Promise<Later> {
  const next = dueOf(request, ports.policy).find(({ step }) => step === "coverViews");
  if (views.length === 0) return next && { again: next.at };
  await messageJob(ports, "coverViews", request);
  return undefined;
}

async function coverOne(ports: Ports, request: AccessRequest, view: TokenView): Promise<Later> {
  const { id } = request;
  try {
    await ports.tokenViews.cover(request, view);
  } catch (error) {
    ports.log.warn({ id, err: error }, "a view that bore a token is not overwritten yet; trying on");
    const now = ports.clock.now();
    return { again: now + againAfter(error, now - view.at) };
  }
  await commit(ports, id, (r) => covered(r, view));
  return undefined;
}
