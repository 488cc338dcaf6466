/** Nobody decided in time. requested | pending → timedOut */
import type { RequestId } from "../domain/ids.ts";
import { timedOut } from "../domain/transitions.ts";
import type { Later, Ports } from "./ports.ts";
import { unlessOnHub } from "./support/as-on-hub.ts";
import { commit } from "./support/commit.ts";

export async function timeOutRequest(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  if (request?.state !== "requested" && request?.state !== "pending") return undefined;
  if (ports.clock.now() < request.closesAt) return { again: request.closesAt };
  const waits = await unlessOnHub(ports, request, request.closesAt);
  if (!waits) await commit(ports, id, (r) => timedOut(r, ports.clock.now()));
  return waits;
}
