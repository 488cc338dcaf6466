/** Approvals by passkeys, checked again from the trail and the file alone. */
import { z } from "zod";
import type { Config } from "../../config.ts";
import { isSigned, readStatement } from "../../policy/statement.ts";
import { Request } from "../../request/record.ts";
import type { TrailEntry } from "../../store/trail.ts";

/** The parts of an entry that a statement is compared with. */
const Approved = Request.pick({
  id: true,
  account: true,
  askedBy: true,
  requester: true,
  role: true,
  clusterRole: true,
  startsAt: true,
  follows: true,
  prolongsFrom: true,
  reason: true,
  approvals: true,
}).extend({ event: z.literal("request.approved") });

/** A sentence for each approval that no passkey of the file, or none that was retired, signed in these very terms. */
export async function faultsInSignatures(config: Config, entry: TrailEntry): Promise<string[]> {
  const { data } = Approved.safeParse(entry);
  const faults: string[] = [];
  for (const approval of data?.approvals ?? []) {
    const { by, signed } = approval;
    if (!data || !by || !signed) continue;
    const passkeys = [...(config.passkeys[by] ?? []), ...(config.retiredPasskeys[by] ?? [])];
    // The name of the hub in the file may be another one by now.
    const place = { instance: config.instance, hub: readStatement(signed.statement)?.hub ?? "" };
    if (await isSigned(approval, { place, terms: data, passkeys })) continue;
    faults.push(
      passkeys.some(({ id }) => id === signed.assertion.id)
        ? `the approval of ${data.id} by ${by} is not what their passkey signed.`
        : `the approval of ${data.id} by ${by} bears a passkey that the file does not name; put its line under retiredPasskeys.`,
    );
  }
  return faults;
}
