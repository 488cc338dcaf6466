/** Nobody decided in time. asked | pending → lapsed */
import type { RequestId } from "../domain/ids.ts";
import { lapsed } from "../domain/transitions.ts";
import type { Later, Ports } from "./ports.ts";
import { hint } from "./support/enqueue.ts";

export async function lapse(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  if (request?.state !== "asked" && request?.state !== "pending") return undefined;
  if (ports.clock.now() < request.lapsesAt) return { again: request.lapsesAt };
  const next = await ports.requests.update(id, (r) => lapsed(r, ports.clock.now()));
  await hint(ports, "draw", next, ports.clock.now());
  return undefined;
}
