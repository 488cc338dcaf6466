/** Which messages a record must have, and which face each shows: messages are projections of the record. Pure. */
import { type AccessRequest, isFinal } from "./request.ts";

/**
 * card: the approvals channel · waiting, token, notice, unproven, reminder:LEAD: the requester's DM ·
 * alert: the approvals channel, below the card where there is one.
 */
export type Slot = "card" | "waiting" | "token" | "notice" | "unproven" | "alert" | `reminder:${number}`;

export type Face =
  | `card:${Phase}`
  | `waiting:${Phase}`
  | `token:${"setting-up" | "trouble" | "shown" | "hidden" | "ending" | "ended"}`
  | `notice:${"refused" | "denied" | "timedOut" | "failed" | "ended"}`
  | `unproven:${"open" | "proven"}`
  | `alert:${"unproven" | "proven" | "failed"}`
  | `reminder:${"open" | "closed"}`;

/** The state as a reader sees it. */
export type Phase =
  | "pending"
  | "withdrawn"
  | "timedOut"
  | "denied"
  | "setting-up"
  | "trouble"
  | "active"
  | "removing"
  | "unproven"
  | "failed"
  | "ended";

/** Null before a request was looked at, and when it was refused: others never see those. */
export function phase(r: AccessRequest): Phase | null {
  switch (r.state) {
    case "requested":
    case "refused":
      return null;
    case "approved":
    case "delivering":
      return r.trouble ? "trouble" : "setting-up";
    case "ending":
      return r.trouble ? "unproven" : r.end.cause === "failed" ? "failed" : "removing";
    case "ended":
      return r.end.cause === "failed" ? "failed" : "ended";
    default:
      return r.state;
  }
}

/** Every slot that must have a message now, with its face. A slot that was sent stays, and is redrawn. */
export function faces(r: AccessRequest): Map<Slot, Face> {
  const wanted = new Map<Slot, Face>();
  const now = phase(r);
  if (now && r.approvers.length > 0) {
    wanted.set("card", `card:${now}`);
    if (now === "pending" || r.messages.waiting) wanted.set("waiting", `waiting:${now}`);
  }
  token(r, wanted);
  news(r, wanted);
  reminders(r, wanted);
  return wanted;
}

function token(r: AccessRequest, wanted: Map<Slot, Face>): void {
  if (r.state === "approved" || r.state === "delivering")
    wanted.set("token", r.trouble ? "token:trouble" : "token:setting-up");
  if (!r.messages.token) return;
  if (r.state === "active") wanted.set("token", r.hidden ? "token:hidden" : "token:shown");
  if (r.state === "ending" || r.state === "ended") wanted.set("token", `token:${r.state}`);
}

function news(r: AccessRequest, wanted: Map<Slot, Face>): void {
  if (r.state === "refused" || r.state === "denied" || r.state === "timedOut")
    wanted.set("notice", `notice:${r.state}`);
  if (r.state !== "ending" && r.state !== "ended") return;
  const failed = r.end.cause === "failed";
  if (failed || r.state === "ended") wanted.set("notice", failed ? "notice:failed" : "notice:ended");
  if (r.state === "ending" && r.trouble) {
    if (!failed) wanted.set("unproven", "unproven:open");
    wanted.set("alert", "alert:unproven");
    return;
  }
  if (r.messages.unproven) wanted.set("unproven", r.state === "ended" ? "unproven:proven" : "unproven:open");
  if (failed) wanted.set("alert", "alert:failed");
  else if (r.messages.alert) wanted.set("alert", r.state === "ended" ? "alert:proven" : "alert:unproven");
}

function reminders(r: AccessRequest, wanted: Map<Slot, Face>): void {
  const sent = Object.keys(r.messages).filter((slot): slot is `reminder:${number}` =>
    /^reminder:/.test(slot),
  );
  for (const slot of sent) wanted.set(slot, "reminder:closed");
  const last = r.state === "active" ? r.reminded.at(-1) : undefined;
  if (last !== undefined) wanted.set(`reminder:${last}`, "reminder:open");
}

/** The slots whose message is missing or shows an older face. */
export const undrawn = (r: AccessRequest): [Slot, Face][] =>
  [...faces(r)].filter(([slot, face]) => r.messages[slot]?.face !== face);

/** Nothing is left to do for this record, on the hub or in Slack. */
export const isSettled = (r: AccessRequest): boolean => isFinal(r) && undrawn(r).length === 0;
