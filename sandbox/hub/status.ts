/** The Status bodies a Kubernetes API server answers with, thrown as errors inside the stand-in. */
import type { Resource } from "./resources.ts";

export interface Cause {
  reason:
    | "FieldValueForbidden"
    | "FieldValueInvalid"
    | "FieldValueNotSupported"
    | "FieldValueRequired"
    | "FieldValueTooLong";
  message: string;
  field: string;
}

export interface Details {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: Cause[];
}

export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: Details | undefined;

  constructor(code: number, reason: string, message: string, details?: Details) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

export function statusBody({ code, reason, message, details }: StatusError): object {
  const kind = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure" };
  return { ...kind, message, ...(reason && { reason }), ...(details && { details }), code };
}

type Named = Pick<Resource, "group" | "plural">;
type Kinded = Pick<Resource, "group" | "kind">;

const dotted = (name: string, group: string) => (group ? `${name}.${group}` : name);
const details = (kind: string, group: string, name: string): Details => ({
  ...(name && { name }),
  ...(group && { group }),
  kind,
});

export function notFoundStatus({ group, plural }: Named, name: string): StatusError {
  return new StatusError(
    404,
    "NotFound",
    `${dotted(plural, group)} "${name}" not found`,
    details(plural, group, name),
  );
}

export function alreadyExists({ group, plural }: Named, name: string, terminating: boolean): StatusError {
  const message = `${terminating ? "object is being deleted: " : ""}${dotted(plural, group)} "${name}" already exists`;
  return new StatusError(409, "AlreadyExists", message, details(plural, group, name));
}

export function conflict(kind: string, group: string, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${dotted(kind, group)} "${name}": ${why}`;
  return new StatusError(409, "Conflict", message, details(kind, group, name));
}

export function invalid({ group, kind }: Kinded, name: string, causes: Cause[]): StatusError {
  const list = causes.map(({ field, message }) => `${field}: ${message}`);
  const why = list.length === 1 ? list[0] : `[${list.join(", ")}]`;
  const message = `${dotted(kind, group)} "${name}" is invalid: ${why}`;
  return new StatusError(422, "Invalid", message, { ...details(kind, group, name), causes });
}

export function forbidden(plural: string, group: string, name: string, why: string): StatusError {
  const what = `${dotted(plural, group)}${name ? ` "${name}"` : ""}`;
  return new StatusError(403, "Forbidden", `${what} is forbidden: ${why}`, details(plural, group, name));
}

export const forbiddenPath = (why: string) => new StatusError(403, "Forbidden", `forbidden: ${why}`, {});
export const badRequest = (message: string) => new StatusError(400, "BadRequest", message);
export const unauthorized = () => new StatusError(401, "Unauthorized", "Unauthorized");
export const unsupported = (message: string) => new StatusError(415, "UnsupportedMediaType", message);
/** The real server gives no reason either. */
export const versionOfNew = () =>
  new StatusError(500, "", "resourceVersion should not be set on objects to be created");
export const gone = (message: string) => new StatusError(410, "Expired", message);
export const notServed = () =>
  new StatusError(404, "NotFound", "the server could not find the requested resource", {});
export const notAllowed = () =>
  new StatusError(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    {},
  );
