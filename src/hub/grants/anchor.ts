/** The epoch on the hub: an annotation of the instance's own account, changed only by who has read it as it stands. */
import { z } from "zod";
import type { Anchor, Anchored } from "../../flow/ports.ts";
import { isStatus } from "../client/errors.ts";
import { type Hub, nullIfAbsent } from "./find.ts";
import { instanceAccount, instanceLabels, PREFIX } from "./names.ts";

const EPOCH = `${PREFIX}/epoch`;

// An account without the annotation remembers nothing; what is not ours to read is no permission.
const Epoch = z.coerce.number().int().nonnegative().catch(Number.POSITIVE_INFINITY);
const Account = z.object({
  metadata: z.object({
    resourceVersion: z.string().min(1),
    annotations: z
      .record(z.string(), z.string())
      .nullish()
      .transform((annotations) => annotations ?? {}),
  }),
});

export function createAnchor(hub: Hub): Anchor {
  return {
    read: (signal) => read(hub, signal),
    write: (epoch, from, signal) =>
      (from ? patch(hub, epoch, from, signal) : create(hub, epoch, signal)).then(() => true, falseIfFaster),
  };
}

function read({ client, namespace, instance }: Hub, signal: AbortSignal): Promise<Anchored | null> {
  const name = instanceAccount(instance);
  return client
    .call(`read ServiceAccount ${name}`, signal, async (options): Promise<Anchored | null> => {
      const { metadata } = Account.parse(
        await client.core.readNamespacedServiceAccount({ name, namespace }, options),
      );
      return { epoch: Epoch.parse(metadata.annotations[EPOCH] ?? "0"), version: metadata.resourceVersion };
    })
    .catch(nullIfAbsent(name));
}

async function create({ client, namespace, instance }: Hub, epoch: number, signal: AbortSignal) {
  const name = instanceAccount(instance);
  const body = { metadata: { name, labels: instanceLabels(instance), annotations: { [EPOCH]: `${epoch}` } } };
  await client.call(`create ServiceAccount ${name}`, signal, (options) =>
    client.core.createNamespacedServiceAccount({ namespace, body }, options),
  );
}

async function patch(
  { client, namespace, instance }: Hub,
  epoch: number,
  { version }: Anchored,
  signal: AbortSignal,
) {
  const name = instanceAccount(instance);
  const body = {
    metadata: {
      resourceVersion: version,
      labels: instanceLabels(instance),
      annotations: { [EPOCH]: `${epoch}` },
    },
  };
  await client.call(`annotate ServiceAccount ${name}`, signal, (options) =>
    client.core.patchNamespacedServiceAccount({ name, namespace, body }, options),
  );
}

/** 404: somebody removed it meanwhile. */
function falseIfFaster(error: unknown): false {
  if (isStatus(error, 409) || isStatus(error, 404)) return false;
  throw error;
}
