/** What an instance remembers on the hub: annotations of its own account, changed only by who has read them as they stand. */
import { z } from "zod";
import { EndedAll } from "../../domain/ended-on-hub.ts";
import { parseJson } from "../../domain/json.ts";
import { Lockdown } from "../../domain/lockdown.ts";
import { type Anchor, type Anchored, TroubleOutside } from "../../flow/ports.ts";
import { isStatus } from "../client/errors.ts";
import { type Hub, nullIfAbsent } from "./find.ts";
import { instanceAccount, instanceLabels, PREFIX } from "./names.ts";

const EPOCH = `${PREFIX}/epoch`;
const LOCKDOWN = `${PREFIX}/lockdown`;
const SEAL = `${PREFIX}/seal`;
const ENDED = `${PREFIX}/ended`;

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

const Seal = z.object({
  seal: z.int().positive(),
  hash: z.string(),
  at: z.number(),
  place: z.string().regex(/^\d+-\d+$/),
});

type Remembered = Partial<Pick<Anchored, "epoch" | "lockdown" | "seal" | "ended">>;

export function createAnchor(hub: Hub): Anchor {
  return {
    read: (signal) => read(hub, signal),
    write: (what, from, signal) =>
      (from ? patch(hub, what, from, signal) : create(hub, what, signal)).then(() => true, falseIfFaster),
  };
}

async function read({ client, namespace, instance }: Hub, signal: AbortSignal): Promise<Anchored | null> {
  const name = instanceAccount(instance);
  const account = await client
    .call(`read ServiceAccount ${name}`, signal, async (api) =>
      Account.parse(await api.readServiceAccount({ namespace, name })),
    )
    .catch(nullIfAbsent(name));
  if (!account) return null;
  const { annotations, resourceVersion: version } = account.metadata;
  return {
    epoch: Epoch.parse(annotations[EPOCH] ?? "0"),
    lockdown: lockdownIn(annotations),
    seal: Seal.safeParse(parseJson(annotations[SEAL] ?? "")).data ?? null,
    ended: EndedAll.parse(parseJson(annotations[ENDED] ?? "[]")),
    version,
  };
}

function lockdownIn({ [LOCKDOWN]: text }: Record<string, string>): Lockdown | null {
  if (text === undefined) return null;
  const lockdown = Lockdown.safeParse(parseJson(text)).data;
  if (lockdown) return lockdown;
  throw new TroubleOutside("other", `the annotation ${LOCKDOWN} cannot be read: remove it to unlock`);
}

/** Null: the annotation goes. */
const annotationsOf = ({ epoch, lockdown, seal, ended }: Remembered): Record<string, string | null> => ({
  ...(epoch === undefined ? {} : { [EPOCH]: `${epoch}` }),
  ...(lockdown === undefined ? {} : { [LOCKDOWN]: lockdown && JSON.stringify(lockdown) }),
  ...(seal === undefined ? {} : { [SEAL]: seal && JSON.stringify(Seal.parse(seal)) }),
  ...(ended === undefined ? {} : { [ENDED]: JSON.stringify(ended) }),
});

async function create({ client, namespace, instance }: Hub, what: Remembered, signal: AbortSignal) {
  const name = instanceAccount(instance);
  const annotations = Object.fromEntries(
    Object.entries(annotationsOf(what)).flatMap(([k, v]) => (v ? [[k, v]] : [])),
  );
  const body = { metadata: { name, labels: instanceLabels(instance), annotations } };
  await client.call(`create ServiceAccount ${name}`, signal, (api) =>
    api.createServiceAccount({ namespace, body }),
  );
}

async function patch(
  { client, namespace, instance }: Hub,
  what: Remembered,
  { version }: Anchored,
  signal: AbortSignal,
) {
  const name = instanceAccount(instance);
  const body = {
    metadata: {
      resourceVersion: version,
      labels: instanceLabels(instance),
      annotations: annotationsOf(what),
    },
  };
  await client.call(`annotate ServiceAccount ${name}`, signal, (api) =>
    api.patchServiceAccount({ namespace, name, body }),
  );
}

/** 404: somebody removed it meanwhile. */
function falseIfFaster(error: unknown): false {
  if (isStatus(error, 409) || isStatus(error, 404)) return false;
  throw error;
}
