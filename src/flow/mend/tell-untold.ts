/** What a record says that the administrators are still to hear: told by whoever noted it, or by a later sweep. */
import { DAY } from "../../domain/duration.ts";
import type { AccessRequest, Ports } from "../ports.ts";
import { commit } from "../support/commit.ts";

/** Whom Slack does not let hear of it for so long never does. */
const WITHIN_MS = DAY;

/** No lease and no sweep waits for Slack. Never rejects. */
export async function tellUntold(ports: Ports, request: AccessRequest): Promise<void> {
  const { id, untold } = request;
  if (!untold) return;
  const { what: kind, at } = untold;
  try {
    const isDone = (await ports.admins.tell({ kind, request })) || ports.clock.now() >= at + WITHIN_MS;
    if (isDone) await commit(ports, id, ({ untold: now, ...r }) => (now?.at === at ? r : null));
  } catch (error) {
    ports.log.warn(
      { id, err: error },
      "whether the administrators were told is not noted; the next sweep asks again",
    );
  }
}
