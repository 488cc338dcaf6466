/** A step of a pending request that its own time brings about, and that replies to its card. */
import { MINUTE } from "../../domain/duration.ts";
import type { RequestId } from "../../domain/ids.ts";
import type { Change, In, Later, Ports } from "../ports.ts";
import { commit } from "./commit.ts";

/** For a card that does not stand yet. */
const AGAIN_MS = MINUTE;

export interface DueStep {
  /** Null once it was done. */
  due(r: In<"pending">): number | null;
  change: (now: number) => Change;
}

export async function takeDueStep(ports: Ports, id: RequestId, { due, change }: DueStep): Promise<Later> {
  const request = await ports.requests.get(id);
  if (request?.state !== "pending") return undefined;
  const now = ports.clock.now();
  const { closesAt } = request;
  const at = due(request);
  if (at === null || now >= closesAt) return undefined;
  if (now < at) return { again: at };
  if (!request.messages.card?.ts) return { again: Math.min(now + AGAIN_MS, closesAt) };
  await commit(ports, id, (r) => (r.state === "pending" && due(r) === at ? change(now)(r) : null));
  return undefined;
}
