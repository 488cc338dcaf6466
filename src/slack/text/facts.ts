/** The pieces of a sentence about a request, in the reader's language; a sentence takes those that its state has. */
import type { EndCause, Ending, HoldReason, Request } from "../../request/record.ts";

export interface Facts {
  /** `guest`, and the same in a notification. */
  role: string;
  roleName: string;
  hub: string;
  hubName: string;
  /** Whose access it is. */
  who: string;
  /** The person who asked for them; empty when they asked themselves. */
  asker: string;
  /** More time for what they have. */
  isMore: boolean;
  isEmergency: boolean;
  /** The time that was approved, else asked for: "4 h". */
  span: string;
  /** For later: when it starts; else empty. */
  startsAt: string;
  /** When it ends, where that is known: granted, or for later, or more time; else empty. */
  endsAt: string;
  /** Less than was asked for: that time, and who approved less; else empty. */
  askedSpan: string;
  shortenedBy: string;
  /** Approved, and kept from being set up by these checks of Karpor; empty: by none. */
  heldBack: readonly HoldReason[];
  /** It replaces a request whose token leaked: its id, and when that was reported; else empty. */
  replaces: string;
  leakedAt: string;
  lapsesAt: string;
  /** The people who may decide: "@sre or @bob". */
  approvers: string;
  /** How many must, and who did. */
  needed: number;
  approved: number;
  approvedBy: string;
  approvedAt: string;
  /** The rule that approved it; "none": nobody needs to. */
  rule: string;
  trouble: Request["trouble"];
  cause: EndCause;
  /** It ended since somebody who approved it was locked out. */
  isApprovalGone: boolean;
  /** The person who ended or closed it, and when. */
  overBy: string;
  overAt: string;
  /** When access was gone, where that was over a minute after it was due or asked for; else empty. */
  removedAt: string;
  /** Why it was not gone sooner; null: nobody knows. */
  endTrouble: Ending["trouble"];
  /** Karpor has deleted the access. */
  isRemoved: boolean;
  /** From when to when it was held; empty when it never began. */
  held: string;
  provedAt: string;
  isProvedByProbe: boolean;
  reviewedBy: string;
  reviewedAt: string;
  reviewers: string;
  admins: string;
}
