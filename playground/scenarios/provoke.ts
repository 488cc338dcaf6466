/** Requests that a scenario needs: one that waits for approval, or one that is set up without asking anybody. */
import { buttonsOf, type SlackMessage } from "../../sandbox/slack/index.ts";
import { seenWithin } from "../../sandbox/wait.ts";
import type { In } from "../../src/domain/request.ts";
import { type PlaygroundContext, recordsOf } from "../context.ts";
import { CHANNELS, USERS } from "../fixtures/people.ts";
import { Refusal } from "./scenario.ts";

const SEEN_WITHIN = 5_000;

export interface Pending {
  request: In<"pending">;
  card: SlackMessage;
  /** Who may press Approve on it. */
  approvers: string[];
}

/** The oldest request that waits; when none does, somebody asks for `guest`. */
export async function pendingRequest(context: PlaygroundContext): Promise<Pending> {
  const waiting = await standing(context);
  if (waiting) return waiting;
  const asker = await free(context, "guest");
  await context.slack.command(asker, "dm", "guest 8h to see what happens");
  const asked = await seenWithin(SEEN_WITHIN, () => standing(context));
  if (!asked) throw new Refusal("Nobody could ask for access just now.", "此刻没有人能申请权限。");
  return asked;
}

async function standing(context: PlaygroundContext): Promise<Pending | undefined> {
  for (const request of await recordsOf(context)) {
    if (request.state !== "pending") continue;
    const ts = request.messages.card?.ts;
    const card = context.slack.messages(CHANNELS.approvals).find((message) => message.ts === ts);
    if (!card || !buttonsOf(card).some((label) => label.startsWith("Approve"))) continue;
    return { request, card, approvers: [USERS.alice, USERS.bob].filter((id) => id !== request.requester.id) };
  }
  return undefined;
}

/** Somebody who has nothing open for this role. */
export async function free(context: PlaygroundContext, role: string): Promise<string> {
  const open = ["requested", "pending", "approved", "delivering", "active", "ending"];
  const records = await recordsOf(context);
  const busy = records.filter((r) => r.role === role && open.includes(r.state)).map((r) => r.requester.id);
  const asker = [USERS.dana, USERS.lin, USERS.bob, USERS.alice].find((id) => !busy.some((one) => one === id));
  if (!asker)
    throw new Refusal(
      `Everybody has ${role} already: let one end first.`,
      `每个人都已有 ${role}：请先让其中一个结束。`,
    );
  return asker;
}
