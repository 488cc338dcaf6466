/** The holder takes the token off the message; the access stays. */
import type { RequestId, UserId } from "../domain/ids.ts";
import { isOldInSight } from "../domain/left-tokens.ts";
import { isTokenToCome, mustTakeTokenOff } from "../domain/messages.ts";
import { Refused } from "../domain/refusal.ts";
import { hidden } from "../domain/transitions.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { commit } from "./support/commit.ts";
import { clearTokenMessage } from "./take-token-off.ts";

/** `ts`: of the message whose button was pressed. Throws Refused, also when Slack did not take it off yet; StoreDown, StoreUnsure. */
export async function hideToken(
  ports: Ports,
  { id, by, ts }: { id: RequestId; by: UserId; ts?: string | undefined },
): Promise<AccessRequest> {
  const next = await commit(ports, id, (r) => {
    if (r.requester.id !== by) throw new Refused({ kind: "not-yours", id });
    const next = hidden(r);
    return isOfAnother(r, ts) ? null : next;
  });
  // Whoever shows it sees that, and hides it.
  if (!isOfAnother(next, ts) && isTokenToCome(next) && next.messages.token?.token)
    throw new Refused({ kind: "not-hidden-yet", id });
  if (mustTakeTokenOff(next))
    await clearTokenMessage(ports, id).catch((error: unknown) =>
      ports.log.warn({ id, err: error }, "the token could not be hidden at once; trying on"),
    );
  const now = (await ports.requests.get(id)) ?? next;
  if (mustTakeTokenOff(now) || isOldInSight(now, ports.clock.now()))
    throw new Refused({ kind: "not-hidden-yet", id });
  return now;
}

/** It stood on the message of a token that gave way: nobody means the new one by it. */
const isOfAnother = ({ messages: { token } }: AccessRequest, ts: string | undefined): boolean =>
  ts !== undefined && token !== undefined && token.ts !== "" && token.ts !== ts;
