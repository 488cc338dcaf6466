/** The Status bodies a Kubernetes API server answers with, thrown as errors inside the stand-in. */
import type { Resource } from "./resources.ts";

interface Details {
  name?: string;
  group?: string;
  kind?: string;
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
  return { ...kind, message, reason, ...(details && { details }), code };
}

type Named = Pick<Resource, "group" | "plural">;

const dotted = ({ plural, group }: Named): string => (group ? `${plural}.${group}` : plural);
const detailsOf = ({ group, plural }: Named, name: string): Details => ({
  ...(name && { name }),
  ...(group && { group }),
  kind: plural,
});

export const notFound = (resource: Named, name: string): StatusError =>
  new StatusError(404, "NotFound", `${dotted(resource)} "${name}" not found`, detailsOf(resource, name));

export const alreadyExists = (resource: Named, name: string): StatusError =>
  new StatusError(
    409,
    "AlreadyExists",
    `${dotted(resource)} "${name}" already exists`,
    detailsOf(resource, name),
  );

export function conflict(resource: Named, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${dotted(resource)} "${name}": ${why}`;
  return new StatusError(409, "Conflict", message, detailsOf(resource, name));
}

export function invalid(resource: Named, name: string, why: string): StatusError {
  const message = `${dotted(resource)} "${name}" is invalid: ${why}`;
  return new StatusError(422, "Invalid", message, detailsOf(resource, name));
}

export function forbidden(resource: Named, name: string, why: string): StatusError {
  const what = `${dotted(resource)}${name ? ` "${name}"` : ""}`;
  return new StatusError(403, "Forbidden", `${what} is forbidden: ${why}`, detailsOf(resource, name));
}

export const forbiddenPath = (why: string) => new StatusError(403, "Forbidden", `forbidden: ${why}`, {});
export const badRequest = (message: string) => new StatusError(400, "BadRequest", message);
export const unauthorized = () => new StatusError(401, "Unauthorized", "Unauthorized");
export const unsupported = (message: string) => new StatusError(415, "UnsupportedMediaType", message);
export const gone = (message: string) => new StatusError(410, "Expired", message);
export const notServed = () =>
  new StatusError(404, "NotFound", "the server could not find the requested resource", {});
export const notAllowed = () =>
  new StatusError(
    ...([405, "MethodNotAllowed"] as const),
    "the server does not allow this method on the requested resource",
    {},
  );
