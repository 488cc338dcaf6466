/** One call at a time for all who ask the same. */

export interface Share {
  /** Those who ask the same while it is being asked get the same answer. */
  <T>(name: string, ask: () => Promise<T>): Promise<T>;
  /** It is true no more: whoever asks from now on asks anew. */
  forget(name: string): void;
}

export function sharing(): Share {
  const asked = new Map<string, Promise<unknown>>();
  const share = <T>(name: string, ask: () => Promise<T>): Promise<T> => {
    const before = asked.get(name) as Promise<T> | undefined;
    if (before) return before;
    const answer = ask().finally(() => {
      if (asked.get(name) === answer) asked.delete(name);
    });
    asked.set(name, answer);
    return answer;
  };
  return Object.assign(share, { forget: (name: string) => void asked.delete(name) });
}
