/** What the playground and the bot's process tell one another. */

export type ToBot = { start: { variables: Record<string, string>; offset: number } } | { jump: number };

export type FromBot =
  | { loaded: true }
  | { ready: true }
  | { jumped: true }
  /** One line for each thing that keeps it from starting. */
  | { refused: string[] };
