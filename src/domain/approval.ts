/** How a role's requests are decided: by whom, by how many, in which channel, and by whom else where nobody does. Pure. */
import { z } from "zod";
import { Duration } from "./duration.ts";
import { ChannelId, isGroup, Principal, Principals } from "./ids.ts";

const MOST_APPROVERS = 10;

export const ApprovalRule = z
  .strictObject({
    by: Principals.describe("Who may approve: user groups (S…) and people (U…)."),
    channel: ChannelId.optional().describe("Where they are asked; slack.channel when left out."),
    count: z.int().min(1).max(MOST_APPROVERS).default(1).describe("So many of them, each another person."),
    within: Duration.prefault("4h").describe("A request that nobody decided lapses after this."),
    remind: Duration.optional().describe("When those asked are reminded; halfway when left out."),
    fallback: z
      .strictObject({
        by: Principals.describe("Likewise."),
        after: Duration.describe("Since the request was made."),
      })
      .optional()
      .describe("Who is asked too, and may approve from then on, when nobody decided."),
    ping: z.array(Principal).optional().describe("Whom the card mentions once; by when left out."),
  })
  .refine(({ remind, within }) => remind === undefined || remind < within, {
    path: ["remind"],
    message: "must be shorter than within",
  })
  .refine(({ fallback, within }) => !fallback || fallback.after < within, {
    path: ["fallback", "after"],
    message: "must be shorter than within: the request is closed by then",
  })
  .superRefine((approval, ctx) => {
    const { count } = approval;
    const most = mostApprovers(approval);
    if (count <= most) return;
    const message = `needs ${count} different people, and no more than ${most} ${most === 1 ? "is" : "are"} named`;
    ctx.addIssue({ code: "custom", path: ["count"], message });
  });
export type ApprovalRule = z.infer<typeof ApprovalRule>;

/** How many could ever approve, as far as it is known without asking Slack. */
function mostApprovers({ by, fallback }: { by: Principal[]; fallback?: { by: Principal[] } | undefined }) {
  const all = [...by, ...(fallback?.by ?? [])];
  return all.some(isGroup) ? Number.POSITIVE_INFINITY : new Set(all).size;
}
