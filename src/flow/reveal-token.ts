/** A holder is shown a token: made at the click, tried, and put into the view that the click opened. It stays active, unless the hub has lost it. active → ending */
import { SECOND } from "../domain/duration.ts";
import type { RequestId, UserId } from "../domain/ids.ts";
import { isTokenToCome } from "../domain/messages.ts";
import { Refused } from "../domain/refusal.ts";
import { assertRevealable, revealing } from "../domain/reveal.ts";
import {
  type AccessRequest,
  type In,
  type OpenView,
  type Ports,
  SlackBusy,
  TroubleOutside,
} from "./ports.ts";
import { assertStands } from "./renew-token.ts";
import { commit } from "./support/commit.ts";
import { load } from "./support/load.ts";
import { assertUnlocked } from "./support/locked.ts";
import { type Minted, mintToken } from "./support/mint.ts";
import { assertShowable } from "./support/still-allowed.ts";

const READY_WITHIN_MS = 3 * SECOND;
const READY_AGAIN_MS = 100;
const HUB_WITHIN_MS = 10 * SECOND;
/** While Slack asks to wait; after that another click is better. */
const SHOW_WITHIN_MS = 30 * SECOND;

/** Throws Refused, SlackBusy where it may be tried again, StoreDown, StoreUnsure, and what Slack throws. */
export async function revealToken(
  ports: Ports,
  { id, by, view }: { id: RequestId; by: UserId; view: OpenView },
): Promise<void> {
  const request = await loadReady(ports, id);
  if (request.requester.id !== by) throw new Refused({ kind: "not-yours", id });
  assertRevealable(request, ports.clock.now());
  await assertGivable(ports, request);
  const { token, grant } = await minted(ports, request);
  const revealed = { view: view.id, generation: request.generation, grant };
  // The last word before it is shown: the view stands in the record, and no lockdown does.
  const next = await commit(ports, id, (r) => revealing(r, revealed, ports.clock.now()), {
    replicated: true,
  });
  if (next.state === "active") await show(ports, next, view, { token, grant });
}

/** The message that offers it rings a moment before its grant is active. */
async function loadReady(ports: Ports, id: RequestId): Promise<AccessRequest> {
  const until = ports.clock.now() + READY_WITHIN_MS;
  for (;;) {
    const request = await load(ports, id);
    if (!isTokenToCome(request) || ports.clock.now() >= until) return request;
    await ports.clock.sleep(READY_AGAIN_MS, ports.stopping);
  }
}

/** As before a grant is made: nothing holds it back, and today's rules and people would give it. */
async function assertGivable(ports: Ports, request: In<"active">): Promise<void> {
  const { id } = request;
  await onHub(request, async () => {
    // Of a Redis that lost it, this is where it is learnt.
    await ports.lockdown.look();
    await assertUnlocked(ports);
    if (ports.heldBack() || !(await ports.epoch.look())) throw new Refused({ kind: "held-back", id });
    await assertStands(ports, request);
  });
  await assertShowable(ports, request);
}

/** What outlives the access is written on its account, too: Redis may lose it. */
const minted = (ports: Ports, request: In<"active">): Promise<Minted> =>
  onHub(request, async () => {
    const signal = AbortSignal.any([AbortSignal.timeout(HUB_WITHIN_MS), ports.stopping]);
    const made = await mintToken(ports, request, request.grant, signal);
    const { accountUid, tokenExpiresAt } = made.grant;
    if (tokenExpiresAt > request.expiresAt)
      await ports.grants.annotate(request, accountUid, { tokenExpiresAt }, signal);
    return made;
  });

/** Throws Refused(hub-away) where that is what is wrong. */
async function onHub<T>({ id }: In<"active">, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isSlow = error instanceof DOMException && error.name === "TimeoutError";
    if (isSlow || error instanceof TroubleOutside) throw new Refused({ kind: "hub-away", id });
    throw error;
  }
}

/** A token that waits for Slack has nobody seen: whatever comes in between has overwritten its view. */
async function show(
  ports: Ports,
  request: In<"active">,
  view: OpenView,
  { token, grant: { tokenExpiresAt } }: Minted,
): Promise<void> {
  const until = ports.clock.now() + SHOW_WITHIN_MS;
  for (;;) {
    try {
      return await ports.tokenViews.show(request, view, token, tokenExpiresAt);
    } catch (error) {
      if (!(error instanceof SlackBusy) || ports.clock.now() + error.retryAfterMs > until) throw error;
      await ports.clock.sleep(error.retryAfterMs, ports.stopping);
    }
  }
}
