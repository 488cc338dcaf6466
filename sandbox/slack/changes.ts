/** A stream of what changed, and waiting on it without polling. */
import type { WorkspaceChange } from "./types.ts";

export interface Changes {
  emit(change: WorkspaceChange): void;
  on(listener: (change: WorkspaceChange) => void): () => void;
  /** Resolves with the first truthy answer of `predicate`, asked now and at every change. */
  waitFor<T>(predicate: () => T, ms?: number): Promise<NonNullable<T>>;
}

export function createChanges(): Changes {
  const listeners = new Set<(change: WorkspaceChange) => void>();
  const on = (listener: (change: WorkspaceChange) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    on,
    emit: (change) => {
      for (const listener of [...listeners]) listener(change);
    },
    waitFor: (predicate, ms = 30_000) => waitOn(on, predicate, ms),
  };
}

function waitOn<T>(on: Changes["on"], predicate: () => T, ms: number): Promise<NonNullable<T>> {
  return new Promise((resolve, reject) => {
    const late = new Error(`Not seen in the local Slack within ${ms} ms: ${predicate}`);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      off();
      act();
    };
    const look = () => {
      try {
        const found = predicate();
        if (found) settle(() => resolve(found));
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const timer = setTimeout(() => settle(() => reject(late)), ms);
    const off = on(look);
    look();
  });
}
