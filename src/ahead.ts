/** What comes next is on its way while something is worked on. */
export function ahead<T>(source: AsyncGenerator<T>): Promise<IteratorResult<T>> {
  const coming = source.next();
  // Of one that nobody waits for any more nobody need hear.
  coming.catch(() => {});
  return coming;
}
