/** English: what the command answers, and the help. */

/** `command`: as it is typed in this workspace; `code`: role names, marked as code. */
interface HelpGaps {
  command: string;
  hub: string;
  roles: string;
  example: string;
}

export const commands = {
  unreadableEnded: (id: string) => `*Ended on Karpor:* ${id}, whose record cannot be read.`,
  wordsUnread: (command: string) =>
    `*I read commands only:* words in our DM do not reach me. Type \`${command}\`, or press the button.`,
  sent: (approvers: string) => `*Sent to ${approvers}.* The answer comes in our DM.`,
  ending: "*Ending.* Our DM says so when Karpor refuses the token.",
  revoked: (role: string, holder: string) =>
    `*Revoked:* ${role} of ${holder}. Its card says when Karpor refuses the token.`,
  revokedAll: (count: number) =>
    `*Revoked:* ${count} ${count === 1 ? "access or request" : "accesses and requests"}.`,
  /** `admins`: who can lock them down, where the reader cannot; else empty. */
  mayAskAgain: (person: string, admins: string) =>
    `${person} may ask again at once. A lockdown${admins ? ` by ${admins}` : ""} prevents that until it is lifted.`,
  lockedDown: (person: string) =>
    `*Locked down:* ${person || "nobody"} ${person ? "has no" : "has"} access, and gets none until an admin unlocks it.`,
  unlocked: (person: string) => `*Unlocked:* ${person || "everybody"} may ask again. What ended stays ended.`,
  makingToken: "*Making a token…*",
  failed:
    "*Failed:* something went wrong in the bot; its log has the details. Try again, or tell an administrator.",
  help: ({ command, hub, roles, example }: HelpGaps) => [
    `*Access to ${hub} for a limited time:* somebody approves it, a token comes in our DM, and it ends by itself.`,
    `Type \`${command} ROLE [TIME] [REASON…]\`, such as \`${command} ${example} looking at search\`. Roles: ${roles}`,
    `\`${command} status\` shows what you have, \`${command} end\` ends it.`,
  ],
  moreHelp: (command: string) => [
    `*More commands*, each after \`${command}\`:`,
    [
      "`ROLE [TIME] [from WHEN] [REASON…]` asks for access: `guest 8h`, `guest 2d from tomorrow 09:00`",
      "`for @person ROLE …` asks for somebody else · `emergency ROLE …` takes it before anybody approves",
      "`more [ROLE] [TIME] [REASON…]` asks for more time · `end [ROLE]` ends your access",
      "`status` what you have and wait for · `history [@person]` what was · `show R-…` one request",
    ].join("\n"),
    [
      "For approvers and admins: `pending` what waits · `active` who has access",
      "`revoke R-… REASON` · `revoke all @person|ROLE REASON` · `lockdown @person|everybody REASON` · `unlock [@person]` · `passkey` makes one",
    ].join("\n"),
    "TIME is `90m`, `8h`, `2d`, `1w` or `1h30m`; WHEN is `22:00`, `tomorrow 09:00` or `2026-12-24 09:00`, in your time zone.",
  ],
  button: { "request-access": "Request access", "help-more": "More commands", lockdown: "Lock them down…" },
  view: { title: "Karpor access", close: "Close" },
};
