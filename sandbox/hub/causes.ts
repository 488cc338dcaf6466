/** How a field is refused: the forms a Kubernetes API server uses most. */
import type { Cause } from "./status.ts";

export const bad = (field: string, value: unknown, why: string): Cause => ({
  reason: "FieldValueInvalid",
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  field,
});
export const forbiddenField = (field: string, why: string): Cause => ({
  reason: "FieldValueForbidden",
  message: `Forbidden: ${why}`,
  field,
});
export const required = (field: string, why = ""): Cause => ({
  reason: "FieldValueRequired",
  message: `Required value${why && `: ${why}`}`,
  field,
});
export const notSupported = (field: string, value: unknown, supported: string[]): Cause => ({
  reason: "FieldValueNotSupported",
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((s) => `"${s}"`).join(", ")}`,
  field,
});
