/** Objects are made on the hub, or brought to what they must be; run again, this changes nothing. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { readAnswer } from "../../hub/errors.ts";
import { nullIfAbsent } from "../../hub/grants.ts";
import { MANAGED_BY } from "../../hub/names.ts";
import type { HubCalls } from "../hub/calls.ts";
import { type HubObject, SETUP_INSTANCE } from "../hub/objects.ts";
import type { CommandMeans } from "../options.ts";

/** Such as `/api/v1/namespaces/karpor-access/serviceaccounts`. */
function collectionPath({ apiVersion, kind, metadata: { namespace } }: HubObject): string {
  const group = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  return `${group}${namespace ? `/namespaces/${namespace}` : ""}/${kind.toLowerCase()}s`;
}

const FoundObject = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }),
});
type FoundObject = z.infer<typeof FoundObject>;

/**
 * Reads every object before the first is written, so that what is refused leaves the hub as it was. Throws HubError, or
 * one sentence that says what to do.
 */
export async function applyAll(hub: HubCalls, objects: readonly HubObject[], say: CommandMeans["say"]) {
  for (const { wanted, outcome, write } of await planAll(hub, objects)) {
    await write?.();
    say(`  ${outcome.padEnd(9)}  ${objectTitle(wanted)}`);
  }
}

/** Reads only. Throws HubError, or one sentence where an object of such a name is somebody else's. */
export const planAll = (hub: HubCalls, objects: readonly HubObject[]) =>
  Promise.all(objects.map((object) => plan(hub, object)));

const objectTitle = ({ kind, metadata: { namespace, name } }: HubObject): string =>
  `${kind} ${namespace ? `${namespace}/` : ""}${name}`;

/** `write` does what `outcome` says. */
async function plan(hub: HubCalls, wanted: HubObject) {
  const collection = collectionPath(wanted);
  const { name } = wanted.metadata;
  const path = `${collection}/${name}`;
  const answer = await hub.ask("GET", path).catch(nullIfAbsent(name));
  if (answer === null) return { wanted, outcome: "made", write: () => hub.ask("POST", collection, wanted) };
  const found = readAnswer(`read ${objectTitle(wanted)}`, FoundObject, answer);
  const { kind: _kind, apiVersion: _version, metadata, ...fields } = wanted;
  const labels = { ...found.metadata.labels, ...metadata.labels };
  const whole = { ...found, ...fields, metadata: { ...found.metadata, labels } };
  if (isDeepStrictEqual(whole, found)) return { wanted, outcome: "unchanged" };
  refuseForeign(found, wanted);
  // It bears the resourceVersion that was read: what somebody else changed meanwhile is not lost.
  return { wanted, outcome: "updated", write: () => hub.ask("PUT", path, whole) };
}

/** An object of this name that somebody else made, or setup for another bot. */
function refuseForeign(found: FoundObject, wanted: HubObject): void {
  const { [MANAGED_BY]: manager, [SETUP_INSTANCE]: instance } = found.metadata.labels;
  const ours = wanted.metadata.labels?.[SETUP_INSTANCE];
  if (manager === "karpor-access" && instance === ours && isDeepStrictEqual(found.roleRef, wanted.roleRef))
    return;
  const whose = instance && instance !== ours ? `belongs to instance ${instance}` : "was not made by setup";
  throw new Error(
    `${objectTitle(wanted)} is on the hub already and ${whose}, so it is not changed. ` +
      "Delete it there, or choose other names: instance, hub.namespace, roles.*.clusterRole.",
  );
}
