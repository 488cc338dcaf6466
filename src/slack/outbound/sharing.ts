/** One call at a time for all who ask the same. */

export type Share = <T>(name: string, ask: () => Promise<T>) => Promise<T>;

/** Those who ask the same while it is being asked get the same answer. */
export function sharing(): Share {
  const asked = new Map<string, Promise<unknown>>();
  return <T>(name: string, ask: () => Promise<T>): Promise<T> => {
    const before = asked.get(name) as Promise<T> | undefined;
    const answer = before ?? ask().finally(() => asked.delete(name));
    asked.set(name, answer);
    return answer;
  };
}
