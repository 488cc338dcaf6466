/** English: forms. A title has at most 24 characters. */

export const forms = {
  cancel: "Cancel",
  /** In an error, where a user group cannot be named. */
  group: "the group that may",
  request: { title: "Request access", submit: "Send" },
  emergency: {
    title: "Emergency access",
    submit: "Take access",
    explain: "*Emergency:* approval is skipped, and somebody else reviews it afterwards.",
  },
  deny: { title: "Deny request", submit: "Deny" },
  revoke: {
    title: "Revoke access",
    submit: "Revoke",
    explain: "Access and token end. The card says when Karpor refuses the token.",
  },
  review: { title: "Review emergency", submit: "Mark as reviewed" },
  more: { title: "Ask for more time", submit: "Send" },
  "new-token": {
    title: "New token",
    submit: "Make a new token",
    explain: "A new token comes in our DM. Your access and its end stay as they are.",
  },
  leaked: {
    title: "I leaked it",
    submit: "Stop the leaked token",
    explain:
      "Your access and the leaked token end, and the approvals channel is told. The rest of your time is asked for anew, where you may ask.",
    done: (id: string, approvers: string) =>
      id
        ? `*Leaked token ended.* The rest of your time is asked for anew (${id}, ${approvers} decides); the approvals channel was told.`
        : `*Leaked token ended.* The approvals channel was told; ask ${approvers} for a new one.`,
  },
  lockdown: {
    title: "Lockdown",
    submit: "Lock down",
    explain: (whom: string) =>
      whom
        ? `${whom} loses all access, and can neither ask nor decide until an admin unlocks it. What they asked for others or approved, and is not granted yet, closes.`
        : "*Everybody* loses their access, also what is approved for later, and nobody gets any until an admin unlocks it.",
  },
  "end-approved": {
    title: "End what they approved",
    submit: "End all of it",
    explain: (whom: string) => `Every access that rests on the approval of ${whom} ends now.`,
  },
  unlock: {
    title: "Unlock",
    submit: "Unlock",
    explain: (whom: string) => `${whom || "*Everybody*"} can ask again. What ended stays ended.`,
  },
  hits: (accesses: number, requests: number) =>
    `Now: ${accesses} ${accesses === 1 ? "access" : "accesses"}, ${requests} waiting ${requests === 1 ? "request" : "requests"}.`,
  /** Shows what a form leaves out at first. */
  unfold: "More",
  /** Beside a box to tick. */
  read: "I have read this",
  /** The hint says what happens when it is left empty. */
  inputs: {
    role: { label: "Role", hint: "" },
    time: { label: "For how long", hint: "Left empty: the role's usual time." },
    other: { label: "Another time", hint: "Overrides the time above. Write 90m, 8h, 2d, 1w or 1h30m." },
    start: {
      label: "Start",
      hint: "Left empty: as soon as it is approved. Write 22:00, tomorrow 09:00 or 2026-12-24 09:00.",
    },
    reason: { label: "Reason", hint: "" },
    found: { label: "What did you find?", hint: "" },
    confirm: { label: "Before you ask", hint: "" },
    who: { label: "For whom", hint: "Left empty: for you." },
  },
};
