/** All that stands, read once for two purposes: what is ours, and what gives access past the bot. */
import type { ForeignObject, GrantObjects } from "../../flow/ports.ts";
import type { HubObject } from "../client/objects.ts";
import type { Hub } from "./find.ts";
import { createSurveyor } from "./foreign.ts";
import { createLister, type Listing } from "./list.ts";
import { type Mark, markOf } from "./names.ts";
import type { OlderBots } from "./older-bots.ts";
import { sideBySide } from "./side-by-side.ts";
import { type ForeignScope, grantOf } from "./whose.ts";

/** A binding that names another account, or one more, belongs to no grant. */
const isOfNamespace = (object: HubObject, mark: Mark | null, { namespace }: Hub): boolean =>
  grantOf(object, mark)?.namespace === namespace;

/** Throws HubError, or the signal's reason. */
export async function* surveyForSweep(
  hub: Listing & ForeignScope,
  older: OlderBots,
  signal: AbortSignal,
): AsyncGenerator<GrantObjects[], ForeignObject[] | null> {
  const lister = createLister(hub);
  const surveyor = await createSurveyor(hub, signal);
  let isWhole = true;
  for await (const { kind, page } of sideBySide(hub, signal)) {
    for (const { metadata, object } of page) {
      const mark = metadata ? markOf(metadata) : null;
      if (kind === "account") lister.account(metadata, mark);
      else lister.binding(metadata, mark, object && !isOfNamespace(object, mark, hub));
      if (object) surveyor[kind](object, mark);
      else isWhole = false;
    }
    yield lister.whole();
  }
  yield await lister.halves(signal);
  const { foreign, elsewhere, bots } = await surveyor.survey();
  // What cannot be read hides nothing.
  return isWhole ? [...foreign, ...elsewhere.map(({ binding }) => binding), ...older(bots)] : null;
}
