/** Requests that an act needs: one that waits for approval, or one that is set up without asking anybody. */
import { buttonsOf, type Message } from "../../sandbox/slack/index.ts";
import type { In } from "../../src/domain/request.ts";
import { recordsOf, type Stage } from "../context.ts";
import { ALICE, APPROVALS, BOB, DANA, LIN } from "../fixtures/people.ts";
import { seen } from "./scenario.ts";

const SEEN_WITHIN = 5_000;

export interface Pending {
  request: In<"pending">;
  card: Message;
  /** Who may press Approve on it. */
  approvers: string[];
}

/** The oldest request that waits; when none does, somebody asks for `guest`. */
export async function pendingRequest(stage: Stage): Promise<Pending> {
  const waiting = await standing(stage);
  if (waiting) return waiting;
  const asker = await free(stage, "guest");
  await stage.slack.command(asker, "dm", "guest 8h to see what happens");
  const asked = await seen(() => standing(stage), SEEN_WITHIN);
  if (!asked) throw new Error("Nobody could ask for access just now.");
  return asked;
}

async function standing(stage: Stage): Promise<Pending | undefined> {
  for (const request of await recordsOf(stage)) {
    if (request.state !== "pending") continue;
    const ts = request.messages.card?.ts;
    const card = stage.slack.messages(APPROVALS).find((message) => message.ts === ts);
    if (!card || !buttonsOf(card).includes("Approve")) continue;
    return { request, card, approvers: [ALICE, BOB].filter((id) => id !== request.requester.id) };
  }
  return undefined;
}

/** Somebody who has nothing open for this role. */
export async function free(stage: Stage, role: string): Promise<string> {
  const open = ["requested", "pending", "approved", "delivering", "active", "ending"];
  const records = await recordsOf(stage);
  const busy = records.filter((r) => r.role === role && open.includes(r.state)).map((r) => r.requester.id);
  const asker = [DANA, LIN, BOB, ALICE].find((id) => !busy.some((one) => one === id));
  if (!asker) throw new Error(`Everybody has ${role} already: let one end first.`);
  return asker;
}
