/** Taking objects off the hub as an administrator: also what a finalizer would keep standing. */
import { z } from "zod";
import type { HubClient } from "../../hub/client/client.ts";
import { HubError } from "../../hub/client/errors.ts";
import { deleteObject, type ObjectAt, objectPath } from "../../hub/client/objects.ts";
import { readIfThere } from "./answer.ts";

const AT_ONCE = 16;

/** Throws HubError when one of them stands afterwards. */
export async function removeAll(client: HubClient, objects: readonly ObjectAt[]): Promise<void> {
  for (let at = 0; at < objects.length; at += AT_ONCE)
    await Promise.all(objects.slice(at, at + AT_ONCE).map((one) => removeForGood(client, one)));
}

async function removeForGood(client: HubClient, object: ObjectAt): Promise<void> {
  await deleteObject(client, object);
  if (!(await stands(client, object))) return;
  // Whoever may make an object may put a finalizer on it; a binding that it holds grants on.
  const at = objectPath(object);
  const body = { metadata: { uid: object.uid, finalizers: null } };
  await client.request(at, { method: "PATCH", body });
  if (await stands(client, object)) throw new HubError(`remove ${at}`, 200, "still there after its deletion");
}

async function stands(client: HubClient, object: ObjectAt): Promise<boolean> {
  const at = objectPath(object);
  const found = readIfThere(`read ${at}`, await client.request(at), object.name, Found);
  return found?.metadata.uid === object.uid;
}

const Found = z.object({ metadata: z.object({ uid: z.string() }) });
