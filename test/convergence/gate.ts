/** Whether a replica gets on: it can be held for a while, and it can be over. */

export type Life = "up" | "paused" | "dead";

export function createGate() {
  let life: Life = "up";
  let waiters: (() => void)[] = [];
  const { promise: died, resolve } = Promise.withResolvers<void>();
  const become = (next: Life) => {
    if (life === "dead") return;
    life = next;
    if (next === "paused") return;
    for (const wake of waiters) wake();
    waiters = [];
  };
  return {
    life: () => life,
    died,
    /** Resolves when nothing holds it; to false when it is dead. */
    passes: async (): Promise<boolean> => {
      while (life === "paused") await new Promise<void>((wake) => waiters.push(wake));
      return life === "up";
    },
    hold: () => become("paused"),
    release: () => become("up"),
    die: () => {
      become("dead");
      resolve();
    },
  };
}
