/** When the hub or Slack does not answer, the record says so, everyone sees it, and the job tries again. */
import type { RequestId } from "../../domain/ids.ts";
import type { Trouble } from "../../domain/request.ts";
import { troubled } from "../../domain/transitions.ts";
import { GrantFailed, type Ports } from "../ports.ts";
import { enqueue } from "./enqueue.ts";

export async function reportOutage<T>(
  ports: Ports,
  id: RequestId,
  what: Trouble["what"],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GrantFailed)) await tell(ports, id, what, error);
    throw error;
  }
}

async function tell(ports: Ports, id: RequestId, what: Trouble["what"], error: unknown): Promise<void> {
  ports.log.error({ id, what, err: error }, `${what} does not answer; trying on`);
  const next = await ports.requests.update(id, (r) => troubled(r, what, ports.clock.now()));
  await enqueue(ports, "draw", next, ports.clock.now());
}
