/** What must be said before Slack's 3 s are over, or is said afterwards. */

const ACK_WITHIN_MS = 2_000;

/** Undefined when the work takes longer: it goes on. */
export async function soon<T>(work: Promise<T>, ms = ACK_WITHIN_MS): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, ms, undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
