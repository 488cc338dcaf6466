/** A record that a person named. Throws Refused(unknown-request). */
import type { RequestId } from "../../domain/ids.ts";
import { Refused } from "../../domain/refusal.ts";
import type { AccessRequest, Ports } from "../ports.ts";

export async function load({ requests }: Pick<Ports, "requests">, id: RequestId): Promise<AccessRequest> {
  const request = await requests.get(id);
  if (!request) throw new Refused({ kind: "unknown-request", id });
  return request;
}
