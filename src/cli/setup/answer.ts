/** What the hub itself answered, as it was asked for: a login page, or a proxy's, is none. */
import type { z } from "zod";
import { answered, isHubs } from "../../hub/client/errors.ts";
import type { HubAnswer } from "../../hub/client/request.ts";

/** Throws HubError. */
export function read<T>(
  doing: string,
  { status, body, headers }: HubAnswer,
  wanted: number,
  shape: z.ZodType<T>,
): T {
  const found = status === wanted && isHubs({ headers, body }) ? shape.safeParse(body) : undefined;
  if (found?.success) return found.data;
  throw answered(doing, status, body, headers["audit-id"]);
}
