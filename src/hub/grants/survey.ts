/** All that stands, read once for two purposes: what is ours, and what gives access past the bot. */
import type { HubSurvey } from "../../flow/ports.ts";
import { type HubObject, readObject } from "../client/objects.ts";
import { listPages } from "../client/pages.ts";
import { accountsPath, BINDINGS_PATH, type Hub } from "./find.ts";
import { createSurveyor, type Surveyor } from "./foreign.ts";
import { createLister, type Listing, readMetadata } from "./list.ts";
import { type ForeignScope, grantOf } from "./whose.ts";

/** A binding that names another account, or one more, belongs to no grant. */
const isOfNamespace = (object: HubObject, { namespace }: Hub): boolean =>
  grantOf(object)?.namespace === namespace;

/** Throws HubError, or the signal's reason. */
export async function surveyForSweep(hub: Listing & ForeignScope, signal: AbortSignal): Promise<HubSurvey> {
  const lister = createLister(hub);
  const surveyor = await createSurveyor(hub, signal);
  let isWhole = true;
  const read = async (path: string, kind: keyof Omit<Surveyor, "survey">) => {
    for await (const item of listPages(hub.client, path, { signal })) {
      const object = readObject(item);
      lister[kind](object?.metadata ?? readMetadata(item), object && !isOfNamespace(object, hub));
      if (object) surveyor[kind](object);
      else isWhole = false;
    }
  };
  await read(accountsPath(hub), "account");
  await read(BINDINGS_PATH, "binding");
  const standing = await lister.list(signal);
  // What cannot be read hides nothing.
  return { standing, foreign: isWhole ? surveyor.survey().foreign : null };
}
