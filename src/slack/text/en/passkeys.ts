/** English: passkeys, in Slack and on their page. On the page there are no marks: plain words only. */

export const passkeys = {
  /** The answer to a press of Approve. */
  confirm: (role: string, hub: string, span: string, who: string, until: string) =>
    `*Confirm in the browser:* ${role} on ${hub} for ${span}, for ${who}. The link is yours alone, until ${until}.`,
  enrol: (until: string) => `*Make a passkey in the browser.* The link is yours alone, until ${until}.`,
  open: "Open",
  /** A passkey that is new in the configuration, as the channel reads it, and as its person does. */
  added: (whom: string) =>
    `*New passkey of ${whom}:* the configuration has one more. If that is not right, take it out there.`,
  addedOwn:
    "*New passkey:* the configuration has one more of yours. If you did not make it, tell an admin at once.",
  page: {
    approve: "Approve with a passkey",
    who: "Who",
    asker: "Asked by",
    role: "Role",
    time: "Time",
    span: (span: string, from: string, to: string) => (from ? `${span}, from ${from} until ${to}` : span),
    more: (span: string, from: string, to: string) => `${span} more, from ${from} until ${to}`,
    on: (role: string, hub: string) => `${role} on ${hub}`,
    why: "Why",
    pressed: (at: string) => `You pressed Approve in Slack at ${at}.`,
    otherwise: "If you did not, somebody has your Slack session: do not sign, and tell an admin.",
    sign: "Approve with passkey",
    approved: "Approved",
    oneMore: "Your approval counts. Another person must approve, too. You can close this page.",
    close: "You can close this page.",
    enrol: "Create a passkey",
    about: (name: string) =>
      `For ${name}. Your device makes it and keeps it; approvals that need a passkey are signed with it.`,
    create: "Create a passkey",
    made: "Your passkey is made",
    give: "Give this line to the person who keeps the configuration. They will ask you about it by another way. It is no secret.",
    refused: "Not possible",
    words: {
      copy: "Copy",
      copied: "Copied.",
      elsewhere: "This browser has no passkeys. Open this in your browser:",
      cancelled: "Your device did not sign. Nothing was changed; you can try again.",
      exists: "This device has a passkey of yours already.",
      failed: "Your browser could not do it. Open the link in another browser.",
    },
  },
};
