/** Logged in to the dashboard with a token: the hub is asked again and again, as people click around. */
import type { DashboardVisit } from "../types.ts";
import { ask } from "./ask.ts";

export interface Session {
  token: string;
  seen: DashboardVisit;
  /** Each answer that differed from the one before, oldest first. */
  answers: { status: number; at: number }[];
  /** The hub has said 401: Karpor throws the token away then. */
  over: boolean;
}

const AGAIN = 1500;
const listeners = new Set<() => void>();
let session: Session | undefined;

export const current = (): Session | undefined => session;
export const onSession = (listener: () => void): void => void listeners.add(listener);
const told = () => {
  for (const listener of listeners) listener();
};

/** Undefined: the hub was not even asked. */
export async function logIn(token: string): Promise<DashboardVisit | undefined> {
  const seen = await ask<DashboardVisit>("login", { token });
  if (!seen) return undefined;
  // 403 is said to a token that Karpor knows.
  const over = seen.status === 401 || seen.status === 0;
  session = { token, seen, answers: [{ status: seen.status, at: seen.at }], over };
  told();
  return seen;
}

export function logOut(): void {
  session = undefined;
  told();
}

/** One at a time: answers that overtook one another would tell of a hub that changes its mind. */
let asking = false;

async function visit(): Promise<void> {
  const before = session;
  if (!before || asking || document.hidden) return;
  asking = true;
  // After 401 it is asked on, so that the proof keeps its present tense; the dashboard itself is logged out.
  const seen = await ask<DashboardVisit>("visit", { token: before.token }).finally(() => {
    asking = false;
  });
  if (!seen || session !== before) return;
  if (before.answers.at(-1)?.status !== seen.status)
    before.answers.push({ status: seen.status, at: seen.at });
  const { tried } = before.seen;
  before.seen =
    seen.status === 200 ? { ...seen, tried } : { ...before.seen, status: seen.status, at: seen.at };
  before.over ||= seen.status === 401;
  told();
}

window.setInterval(() => void visit(), AGAIN);
