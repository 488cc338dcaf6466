/** A value that labels and namespaces both take, short enough to stand inside longer names. Pure. */
import { z } from "zod";

export const LabelValue = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, "lower-case letters, digits and dashes, at most 40");
