/** The last requests, for tests to look at and for the playground to show: who asked what, never a token. */

export interface Logged {
  at: number;
  method: string;
  path: string;
  /** Empty when nobody was identified. */
  user: string;
  status: number;
}

const REMEMBERED = 20_000;

export function createJournal() {
  const entries: Logged[] = [];
  const listeners = new Set<(entry: Logged) => void>();
  return {
    entries: entries as readonly Logged[],
    add(entry: Logged) {
      if (entries.push(entry) > 2 * REMEMBERED) entries.splice(0, REMEMBERED);
      for (const listener of listeners) listener(entry);
    },
    subscribe(listener: (entry: Logged) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
