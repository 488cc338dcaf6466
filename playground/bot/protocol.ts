/** What the playground and the bot's process tell one another. */

export type ToBot =
  | { start: { variables: Record<string, string>; offset: number } }
  | { jump: number }
  | { pass: number };

export type FromBot =
  | { loaded: true }
  /** Where the hub tells what tokens are used for. */
  | { ready: true; hubAuditPort: number | null }
  | { jumped: true }
  /** One line for each thing that keeps it from starting. */
  | { refused: string[] };
