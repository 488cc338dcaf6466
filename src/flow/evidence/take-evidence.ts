/** A batch of the hub's audit log is kept, and whoever looks at a grant of it sees it soon; or it is known to be missing. */
import { MINUTE } from "../../domain/duration.ts";
import type { HubSigns } from "../../domain/hub-signs.ts";
import type { HubTold } from "../../domain/use.ts";
import type { Evidence, Ports } from "../ports.ts";
import { settleAll } from "../support/settle-all.ts";
import type { HubSignsStore } from "./tell-hub-alarms.ts";

/** A token in use would else have its Home tabs drawn without end. */
const HOMES_AFTER_MS = 5 * MINUTE;

type Taking = { evidence: Evidence; signs: HubSignsStore };

/** Throws StoreDown, StoreUnsure: then the hub is to tell it once more. */
export async function takeEvidence(
  { evidence, homes, signs }: Pick<Ports, "homes"> & Taking,
  { signs: seen, ...told }: HubTold & { signs: HubSigns },
): Promise<void> {
  const [touched] = await settleAll([evidence.take(told), signs.take(seen)]);
  // No batch waits for other people's homes.
  if (touched.length > 0) void homes.outdated(touched, HOMES_AFTER_MS);
}

/** A batch that is too large to be taken: what it told of is not known, and that is an alarm. Throws likewise. */
export async function missEvidence({ evidence, signs }: Taking, at: number): Promise<void> {
  await settleAll([evidence.missed(at), signs.tooLarge(at)]);
}
