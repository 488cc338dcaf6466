/** One signal for "something changed": many changes in a moment are told once. */
export interface Signal {
  changed(): void;
  on(listener: () => void): () => void;
}

const GATHER = 40;

export function createSignal(): Signal {
  const listeners = new Set<() => void>();
  let gathering = false;
  return {
    changed() {
      if (gathering) return;
      gathering = true;
      setTimeout(() => {
        gathering = false;
        for (const listener of [...listeners]) listener();
      }, GATHER);
    },
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
