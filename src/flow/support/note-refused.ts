/** Whoever tries what they may not is told so, as ever, and it stands on the trail. */
import { forbidden, type Tried } from "../../domain/attempt.ts";
import { type AllowanceId, RequestId, type UserId } from "../../domain/ids.ts";
import { type Refusal, Refused } from "../../domain/refusal.ts";
import type { Ports } from "../ports.ts";

export interface Trying {
  attempt: Tried;
  by: UserId;
  id?: RequestId | AllowanceId;
  /** Whose access, where it is about no one request. */
  of?: UserId;
}

type Needs = Pick<Ports, "attempts" | "requests" | "clock" | "log">;

/** Throws Refused. */
export async function refuse(ports: Needs, trying: Trying, refusal: Refusal): Promise<never> {
  await note(ports, trying, refusal);
  throw new Refused(refusal);
}

/** Throws what `work` throws. */
export async function noteRefused<T>(ports: Needs, trying: Trying, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refused) await note(ports, trying, error.refusal);
    throw error;
  }
}

/** Never rejects: that it is not noted changes nothing of the answer. */
async function note(ports: Needs, { attempt, by: who, id, of }: Trying, refusal: Refusal): Promise<void> {
  const why = forbidden(refusal);
  if (!why) return;
  const { attempts, requests, clock, log } = ports;
  const about = { ...(id ? { id } : {}), ...(of ? { requester: of } : {}) };
  const request = RequestId.safeParse(id).data;
  try {
    const known = request && (await requests.get(request));
    const terms = known ? { requester: known.requester.id, role: known.role } : {};
    await attempts.note({ attempt, at: clock.now(), who, why, ...about, ...terms });
  } catch (error) {
    log.warn({ ...about, who, attempt, why, err: error }, "what somebody may not is not on the trail");
  }
}
