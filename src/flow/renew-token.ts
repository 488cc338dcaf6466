/** The holder wants another token, for theirs is lost or has leaked: theirs stops, and the access goes on, unless the hub has lost it. active → approved | ending; delivering → approved; extending → extended */
import { isDoubtful } from "../domain/epoch.ts";
import { renewed, type Said } from "../domain/generations.ts";
import type { RequestId, UserId } from "../domain/ids.ts";
import { isAdoptable, lateFor } from "../domain/lifecycle.ts";
import { Refused } from "../domain/refusal.ts";
import type { In } from "../domain/request.ts";
import { ending } from "../domain/transitions.ts";
import { finishExtension } from "./extend-grant.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { willBeRevealed } from "./support/as-delivered.ts";
import { followHub, lookAtEpoch } from "./support/as-on-hub.ts";
import { commit } from "./support/commit.ts";
import { load } from "./support/load.ts";
import { assertShowable } from "./support/still-allowed.ts";

/** Throws Refused, SlackBusy where it may be tried again, StoreDown, StoreUnsure, TroubleOutside. */
export async function renewToken(
  ports: Ports,
  { id, by, why, on }: { id: RequestId; by: UserId; why: Said; on?: string | undefined },
): Promise<AccessRequest> {
  const found = await load(ports, id);
  if (found.requester.id !== by) throw new Refused({ kind: "not-yours", id });
  // A lost token can wait for its successor; a leaked one cannot.
  if (why === "lost" && ports.heldBack()) throw new Refused({ kind: "held-back", id });
  const isKnown = await lookAtEpoch(ports);
  // Of an older copy the token may be of a grant, or a generation, that it does not know yet.
  const mayFollow = isAdoptable(found) || found.state === "active";
  const request = mayFollow ? await followHub(ports, found) : found;
  const unseen = !(await isSeen(ports, request, isKnown));
  // Another one would be shown to nobody, and the one of now stop.
  if (why === "lost" && request.state === "active" && (await willBeRevealed(ports, request)))
    await assertShowable(ports, request);
  let prolongedBy: RequestId | undefined;
  const change = (r: AccessRequest) => {
    prolongedBy = r.state === "active" ? r.refresh?.for : undefined;
    return renewed(r, why, ports.clock.now(), { on, unseen });
  };
  const next = await commit(ports, id, change, { replicated: true });
  // Its token was under way: the new one lives as long. What Redis does not take now, the sweep does.
  if (prolongedBy && "expiresAt" in next) await finishExtension(ports, prolongedBy, next).catch(() => {});
  return next;
}

/** Whether Redis is known to be no older copy, or what it says of the grant to stand. Throws Refused(late). */
async function isSeen(ports: Ports, request: AccessRequest, isKnown: boolean): Promise<boolean> {
  if (request.state !== "active") return isKnown && !isDoubtful(request, { before: ports.epoch.before() });
  await assertStands(ports, request);
  return isKnown;
}

/** Redis was restored from before: what is gone from the hub is not made again. Throws Refused(late). */
export async function assertStands(ports: Ports, request: In<"active">): Promise<void> {
  if (!isDoubtful(request, { before: ports.epoch.before() })) return;
  const { id, role, generation, grant } = request;
  const on = await ports.grants.find({ id, role, generation }, grant, AbortSignal.timeout(HUB_WITHIN_MS));
  if (on.binding && on.account) return;
  const now = ports.clock.now();
  const next = await commit(ports, id, (r) =>
    r.state === "active" && r.generation === generation ? ending(r, { cause: "lost", at: now }) : null,
  );
  throw new Refused(lateFor(next));
}

const HUB_WITHIN_MS = 10_000;
