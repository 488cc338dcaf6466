/** Records one after the other, a batch of them at a time; what cannot be read is left out. */
import type { RequestId } from "../../domain/ids.ts";
import type { AccessRequest, Ports } from "../ports.ts";

const BATCH = 500;

export async function eachRecord(
  { requests }: Pick<Ports, "requests">,
  ids: readonly RequestId[],
  work: (request: AccessRequest) => Promise<void> | void,
): Promise<void> {
  for (let at = 0; at < ids.length; at += BATCH)
    for (const read of await requests.getEach(ids.slice(at, at + BATCH))) {
      const found = read();
      if (found !== null && found !== "unreadable") await work(found);
    }
}
