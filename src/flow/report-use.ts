/** What an access was used for is told when it is over: once the hub was heard so long after its end that no batch can still be on its way, or is silent. It stays ended. */
import { SECOND } from "../domain/duration.ts";
import type { RequestId } from "../domain/ids.ts";
import { usageReported } from "../domain/transitions.ts";
import { isHeard, isSilent } from "../domain/use.ts";
import { roleEnough } from "./evidence/role-enough.ts";
import { usesOf } from "./evidence/uses.ts";
import type { Later, Ports } from "./ports.ts";
import { commit } from "./support/commit.ts";

const LOOK_AGAIN_MS = 15 * SECOND;

/** Throws StoreDown, StoreUnsure, SlackBusy. */
export async function reportUse(ports: Ports, id: RequestId): Promise<Later> {
  const { evidence, clock } = ports;
  const request = await ports.requests.get(id);
  if (request?.state !== "ended") return undefined;
  // Told by somebody who did not come to the rest.
  if (request.useDueAt === undefined) return evidence?.forgetRights(id).then(() => undefined);
  const now = clock.now();
  if (now < request.useDueAt) return { again: request.useDueAt };
  if (evidence) {
    const coverage = await evidence.coverage();
    const isTold = isHeard(coverage, request.verification.deletedAt);
    if (!isTold && !isSilent(coverage, now)) return { again: now + LOOK_AGAIN_MS };
  }
  const use = (await usesOf(ports, [request])).get(id) ?? null;
  const enough = use && (await roleEnough(ports, request, use));
  await commit(ports, id, (r) => usageReported(r, use, enough));
  await evidence?.forgetRights(id);
  return undefined;
}
