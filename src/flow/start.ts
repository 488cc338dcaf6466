/** What was approved in advance begins at its time; where that is over, nothing is given. scheduled → approved | ended */
import type { RequestId } from "../domain/ids.ts";
import { started } from "../domain/transitions.ts";
import type { Later, Ports } from "./ports.ts";
import { unlessOnHub } from "./support/as-on-hub.ts";
import { commit } from "./support/commit.ts";
import { againWhileLocked } from "./support/while-locked.ts";

export const startGrant = (ports: Ports, id: RequestId): Promise<Later> =>
  againWhileLocked(ports, async () => {
    const request = await ports.requests.get(id);
    if (request?.state !== "scheduled") return undefined;
    const now = ports.clock.now();
    if (now < request.startsAt) return { again: request.startsAt };
    // What has time left is compared with the hub before it is set up.
    const waits = now < request.expiresAt ? undefined : await unlessOnHub(ports, request, request.expiresAt);
    if (!waits) await commit(ports, id, (r) => started(r, ports.clock.now()));
    return waits;
  });
