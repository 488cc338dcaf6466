/** Whether anything waits for this bot to end or finish it: without that, a start may be refused. */
import type { Ports } from "../ports.ts";

const WITHIN_MS = 10_000;

type Needed = Pick<Ports, "grants" | "requests">;

/** True also when neither the hub nor Redis can say. */
export async function isAnythingOurs(ports: Needed): Promise<boolean> {
  const said = await Promise.all([stands(ports), waits(ports)].map((one) => one.catch(() => null)));
  return said.includes(true) || !said.includes(false);
}

const stands = async ({ grants }: Needed): Promise<boolean> =>
  (await grants.list(AbortSignal.timeout(WITHIN_MS))).length > 0;

async function waits({ requests }: Needed): Promise<boolean> {
  for await (const _ of requests.unsettled()) return true;
  return false;
}
