/** How the objects of this instance are called and marked on the hub. */
import { z } from "zod";
import { RequestId } from "../request/ids.ts";

const MANAGER = "karpor-access";
export const MANAGED_BY = "app.kubernetes.io/managed-by";
export const PREFIX = "karpor-access.io/";

/** Annotations of a request's account and binding; times are ISO. */
export const ANNOTATION = {
  until: `${PREFIX}until`,
  requester: `${PREFIX}requester`,
  expiresAt: `${PREFIX}expires-at`,
  account: `${PREFIX}account`,
} as const;

/** Whose objects these are: one deployment of the bot. */
export interface Owner {
  instance: string;
  namespace: string;
}

/** Of a request's account, and of its binding. */
export const objectName = (instance: string, id: RequestId): string =>
  `${MANAGER}-${instance}-${id}`.toLowerCase();

/**
 * In a namespace of its own: in the grants' namespace it may create tokens for every account, and could create a
 * one-year token for itself. Its ClusterRole has the same name.
 */
export const botAccount = ({ namespace }: { namespace: string }) => ({
  name: namespace,
  namespace: `${namespace}-system`,
});

/** The account that holds the instance's notes; no binding names it. */
export const instanceAccount = (instance: string): string => `${MANAGER}-instance-${instance}`;

export const instanceLabels = (instance: string): Record<string, string> => ({
  [MANAGED_BY]: MANAGER,
  [`${PREFIX}instance`]: instance,
});

export const requestLabels = (instance: string, id: RequestId): Record<string, string> => ({
  ...instanceLabels(instance),
  [`${PREFIX}request`]: id,
});

/** Finds all objects of the instance. */
export const labelSelector = (instance: string): string =>
  Object.entries(instanceLabels(instance))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

const Texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((texts) => texts ?? {});

/** What this room reads of an object's metadata. */
export const Metadata = z.object({
  name: z.string(),
  uid: z.string().min(1),
  resourceVersion: z.string().optional(),
  labels: Texts,
  annotations: Texts,
});
export type Metadata = z.infer<typeof Metadata>;

/** The request that an object belongs to; null unless labels and name are both as we make them. */
export function requestOnObject(instance: string, { name, labels }: Metadata): RequestId | null {
  const id = RequestId.safeParse(labels[`${PREFIX}request`]).data;
  if (!id || name !== objectName(instance, id)) return null;
  const expected = Object.entries(requestLabels(instance, id));
  return expected.every(([key, value]) => labels[key] === value) ? id : null;
}

const IsoTime = z.iso.datetime();

/** An annotation's ISO time; null when it cannot be read. */
export function annotationTime(text: string | undefined): number | null {
  const time = IsoTime.safeParse(text).data;
  return time === undefined ? null : Date.parse(time);
}

export const writeTime = (ms: number): string => new Date(ms).toISOString();
