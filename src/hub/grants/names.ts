/** What a grant's objects are called, and the labels that make them ours. Pure. */
import { z } from "zod";
import { isRequestId, type RequestId, readRequestId } from "../../domain/ids.ts";
import type { GrantKey } from "../../flow/ports.ts";

export const PREFIX = "karpor-access.io";
const MANAGED_BY = "app.kubernetes.io/managed-by";
const INSTANCE = `${PREFIX}/instance`;
const REQUEST = `${PREFIX}/request`;
const ROLE = `${PREFIX}/role`;
const GENERATION = `${PREFIX}/generation`;
const OURS = "karpor-access";

/** The longest DNS label: a ServiceAccount's name may be no longer where it becomes a label or a user name's part. */
const LONGEST = 63;

/** `karpor-access-<role>-<id>-<generation>`; where it is too long the role is cut, since the id tells grants apart. */
export function objectName({ id, role, generation }: GrantKey): string {
  const tail = `-${id}-${generation}`.toLowerCase();
  return `${OURS}-${role}`.toLowerCase().slice(0, LONGEST - tail.length) + tail;
}

/** As objectName makes them. */
const NAMED = new RegExp(`^${OURS}-.+-(r-[0-9a-z]{8})-(\\d+)$`);

/** The grant whose account and binding are called so, whatever their labels say; null for what is none. */
export function grantNamed(name: string): Pick<GrantKey, "id" | "generation"> | null {
  const [, id = "", generation] = NAMED.exec(name) ?? [];
  const found = readRequestId(id);
  return found && { id: found, generation: Number(generation) };
}

/** Of whatever an instance makes. */
export const instanceLabels = (instance: string): Record<string, string> => ({
  [MANAGED_BY]: OURS,
  [INSTANCE]: instance,
});

export function labels(instance: string, { id, role, generation }: GrantKey): Record<string, string> {
  return {
    ...instanceLabels(instance),
    [REQUEST]: id,
    [ROLE]: role,
    [GENERATION]: String(generation),
  };
}

/** Finds everything of an instance, or of one of its requests. */
export const selector = (instance: string, id?: RequestId) =>
  `${MANAGED_BY}=${OURS},${INSTANCE}=${instance}${id ? `,${REQUEST}=${id}` : ""}`;

const Texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((texts) => texts ?? {});

export const Metadata = z.object({
  name: z.string(),
  uid: z.string().min(1),
  labels: Texts,
  annotations: Texts,
  creationTimestamp: z.coerce.date(),
  deletionTimestamp: z.unknown().optional(),
});
export type Metadata = z.infer<typeof Metadata>;

/** An account that no binding names: it bears what the instance must remember on the hub. */
export const instanceAccount = (instance: string): string => `${OURS}-instance-${instance}`;

type Labelled = Pick<Metadata, "name" | "labels">;

/** What an object says of itself. */
export interface Mark {
  /** Whose it is. */
  instance: string;
  /** The grant that it belongs to; null when it is not called what we would call it. */
  key: GrantKey | null;
}

/** Null when it bears no label of karpor-access. */
export function markOf({ name, labels: l }: Labelled): Mark | null {
  const instance = l[MANAGED_BY] === OURS && l[INSTANCE];
  return instance ? { instance, key: keyIn(name, l) } : null;
}

export const instanceOf = (metadata: Labelled): string | null => markOf(metadata)?.instance ?? null;

/** The grant that an object belongs to; null when it is not our instance's, or not called what we would call it. */
export function keyOf(instance: string, metadata: Labelled): GrantKey | null {
  const mark = markOf(metadata);
  return mark?.instance === instance ? mark.key : null;
}

function keyIn(name: string, l: Metadata["labels"]): GrantKey | null {
  const id = l[REQUEST];
  const role = l[ROLE];
  const generation = Number(l[GENERATION]);
  if (!isRequestId(id) || !role || !Number.isSafeInteger(generation) || generation < 0) return null;
  const key = { id, role, generation };
  return objectName(key) === name ? key : null;
}

/** Whether an object is this very grant's. */
export function isOf(instance: string, key: GrantKey, metadata: Labelled): boolean {
  const found = keyOf(instance, metadata);
  return found?.id === key.id && found.generation === key.generation;
}
