/** What the playground and the bot's process tell one another. */

export type ToBot =
  | { start: { variables: Record<string, string>; offset: number } }
  /** Moves its clock. */
  | { jump: number }
  /** The sweep that would run within half a minute, at once. */
  | { sweep: true };

export type FromBot =
  | { ready: true }
  | { done: true }
  /** One line for each thing that keeps it from starting. */
  | { refused: string[] };
