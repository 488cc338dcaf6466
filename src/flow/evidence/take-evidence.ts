/** A batch of the hub's audit log is kept, and whoever looks at a grant of it sees it soon. */
import { MINUTE } from "../../domain/duration.ts";
import type { HubSigns } from "../../domain/hub-signs.ts";
import type { HubTold } from "../../domain/use.ts";
import type { Evidence, Ports } from "../ports.ts";
import { settleAll } from "../support/settle-all.ts";
import type { HubSignsStore } from "./tell-hub-alarms.ts";

/** A token in use would else have its Home tabs drawn without end. */
const HOMES_AFTER_MS = 5 * MINUTE;

/** Throws StoreDown, StoreUnsure: then the hub is to tell it once more. */
export async function takeEvidence(
  { evidence, homes, signs }: Pick<Ports, "homes"> & { evidence: Evidence; signs: HubSignsStore },
  { signs: seen, ...told }: HubTold & { signs: HubSigns },
): Promise<void> {
  const [touched] = await settleAll([evidence.take(told), signs.take(seen)]);
  // No batch waits for other people's homes.
  if (touched.length > 0) void homes.outdated(touched, HOMES_AFTER_MS);
}
