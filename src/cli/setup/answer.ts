/** What the hub itself answered, as it was asked for: a login page, or a proxy's, is none. */
import type { z } from "zod";
import { answered, isHubs } from "../../hub/client/errors.ts";
import type { HubAnswer } from "../../hub/client/request.ts";
import { nullIfAbsent } from "../../hub/grants/find.ts";

/** Throws HubError. */
export function read<T>(doing: string, answer: HubAnswer, wanted: number, shape: z.ZodType<T>): T {
  const found = answer.status === wanted && isHubs(answer) ? shape.safeParse(answer.body) : undefined;
  if (found?.success) return found.data;
  throw answered(doing, answer);
}

/** Null where the hub says that there is none of this name. Throws HubError. */
export function readIfThere<T>(
  doing: string,
  answer: HubAnswer,
  name: string,
  shape: z.ZodType<T>,
): T | null {
  try {
    return read(doing, answer, 200, shape);
  } catch (error) {
    return nullIfAbsent(name)(error);
  }
}
