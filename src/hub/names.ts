/** Names, labels and annotations of the bot's objects on the hub. */
import { z } from "zod";
import { RequestId } from "../request/ids.ts";

const MANAGER = "karpor-access";
export const MANAGED_BY = "app.kubernetes.io/managed-by";
export const PREFIX = "karpor-access.io/";

/** Times are ISO 8601. */
export const ANNOTATION = {
  until: `${PREFIX}until`,
  requester: `${PREFIX}requester`,
  expiresAt: `${PREFIX}expires-at`,
  account: `${PREFIX}account`,
} as const;

/** `namespace` holds the grants' accounts. */
export interface Owner {
  instance: string;
  namespace: string;
}

/** A request's account and its binding have the same name. */
export const objectName = (instance: string, id: RequestId): string =>
  `${MANAGER}-${instance}-${id}`.toLowerCase();

/** It has its own namespace: in the grants' namespace it could create a one-year token for itself. */
export const botAccount = ({ namespace }: { namespace: string }) => ({
  name: namespace,
  namespace: `${namespace}-system`,
});

/** The account holds the instance's notes and has no binding. */
export const instanceAccount = (instance: string): string => `${MANAGER}-instance-${instance}`;

export const instanceLabels = (instance: string): Record<string, string> => ({
  [MANAGED_BY]: MANAGER,
  [`${PREFIX}instance`]: instance,
});

export const requestLabels = (instance: string, id: RequestId): Record<string, string> => ({
  ...instanceLabels(instance),
  [`${PREFIX}request`]: id,
});

export const labelSelector = (instance: string): string =>
  Object.entries(instanceLabels(instance))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

const Texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((texts) => texts ?? {});

export const Metadata = z.object({
  name: z.string(),
  uid: z.string().min(1),
  resourceVersion: z.string().optional(),
  labels: Texts,
  annotations: Texts,
});
export type Metadata = z.infer<typeof Metadata>;

/** Null unless labels and name are both as the bot sets them. */
export function requestOnObject(instance: string, { name, labels }: Metadata): RequestId | null {
  const id = RequestId.safeParse(labels[`${PREFIX}request`]).data;
  if (!id || name !== objectName(instance, id)) return null;
  const expected = Object.entries(requestLabels(instance, id));
  return expected.every(([key, value]) => labels[key] === value) ? id : null;
}

const IsoTime = z.iso.datetime();

export function annotationTime(text: string | undefined): number | null {
  const time = IsoTime.safeParse(text).data;
  return time === undefined ? null : Date.parse(time);
}

export const writeTime = (ms: number): string => new Date(ms).toISOString();
