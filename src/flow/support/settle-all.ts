/** Promise.all that leaves nothing running behind an error; of several errors, one that cannot be mended counts. */
import { GrantFailed } from "../ports.ts";

export async function settleAll<const T extends readonly Promise<unknown>[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled = await Promise.allSettled(work);
  const errors = settled.filter((one) => one.status === "rejected").map((one) => one.reason);
  if (errors.length > 0) throw errors.find((error) => error instanceof GrantFailed) ?? errors[0];
  return Promise.all(work) as Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>;
}
