/** The requester, or whoever asked for them, takes the question back. requested | pending | scheduled → withdrawn */
import type { RequestId, UserId } from "../domain/ids.ts";
import { parties } from "../domain/parties.ts";
import { Refused } from "../domain/refusal.ts";
import { withdrawn } from "../domain/transitions.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { followHubIfThere } from "./support/as-on-hub.ts";
import { commit } from "./support/commit.ts";

/** Throws Refused, StoreDown, StoreUnsure. */
export async function withdrawRequest(
  ports: Ports,
  { id, by }: { id: RequestId; by: UserId },
): Promise<AccessRequest> {
  const change = (r: AccessRequest) => {
    const party = parties(r).find((one) => one.id === by);
    if (!party) throw new Refused({ kind: "not-yours", id });
    return withdrawn(r, ports.clock.now(), party);
  };
  await followHubIfThere(ports, await ports.requests.get(id));
  return commit(ports, id, change, { replicated: true });
}
