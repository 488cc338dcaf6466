/** The requester, or whoever asked for them, takes the question back. requested | pending | scheduled → withdrawn */
import { isDoubtful } from "../domain/epoch.ts";
import type { RequestId, UserId } from "../domain/ids.ts";
import { parties } from "../domain/parties.ts";
import { Refused } from "../domain/refusal.ts";
import { withdrawn } from "../domain/transitions.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { asOnHub } from "./support/as-on-hub.ts";
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
  await followHub(ports, id);
  return commit(ports, id, change, { replicated: true });
}

/** Of an older copy, it may be live since: then there is an end to press, which is proved. Whoever withdraws waits for no hub that is away. */
async function followHub(ports: Ports, id: RequestId): Promise<void> {
  const request = await ports.requests.get(id);
  if (!request || !isDoubtful(request, { before: ports.epoch.before() })) return;
  await asOnHub(ports, request).catch((error: unknown) =>
    ports.log.warn({ id, err: error }, "withdrawn without a look at what the hub knows of it"),
  );
}
