/** English: lists, the story of one request, and the Home tab. */
import type { OutcomeKind } from "../../../request/record.ts";

const by = (who: string): string => (who ? ` by ${who}` : "");

export const lists = {
  status: {
    head: "*You have or wait for:*",
    none: "*Nothing is open:* you have no access and wait for none.",
  },
  pending: { head: "*Waiting for you:*", none: "*Nothing waits for you.*" },
  active: { head: "*Access now:*", none: "*Nobody has access now.*" },
  history: { head: "*Your requests:*", none: "*No requests* in the last 90 days." },
  which: "*Which one?*",
  historyFor: (who: string) => `*Requests for ${who}:*`,
  notShown: "*Not shown:* only approvers and admins see this.",
  own: (role: string, hub: string, until: string) => `*Active until ${until}:* ${role} on ${hub}`,
  card: "card",
  approveOnCard: (card: string, channel: string) => `approve it on its ${card} in ${channel}`,
  newer: "Newer",
  older: "Older",
  story: {
    asked: (who: string, asker: string) => `asked for ${who}${by(asker)}`,
    approved: (who: string) => `approved${by(who)}`,
    rule: (name: string) => `approved by the rule “${name}”`,
    automatic: "approved automatically",
    emergency: "taken in an emergency",
    active: "access began",
    ended: (who: string) => `ended${by(who)}`,
    proved: "end confirmed by Karpor",
    closed: (kind: OutcomeKind, who: string) =>
      ({
        refused: "refused",
        denied: `denied${by(who)}`,
        withdrawn: `withdrawn${by(who)}`,
        unanswered: "expired, nobody decided",
        failed: "failed",
        restored: "closed: the bot's data was restored from a copy",
        ended: "closed",
      })[kind],
    reviewed: (who: string) => `reviewed${by(who)}`,
    withWords: (what: string, words: string) => `${what}: ${words}`,
  },
};
