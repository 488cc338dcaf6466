/** What goes wrong on purpose: requests left hanging, answered with an error, or done and the answer lost. */
import type { ServerResponse } from "node:http";
import type { Meddler } from "../meddler.ts";

interface HubCall {
  method: string;
  path: string;
}

/** The hub's own Status, a page of whatever stands before it, or no answer at all. */
export type HubFailure = { status: number; html?: boolean } | { hang: true };
export type HubMeddler = Meddler<HubCall, HubFailure>;

/** Which requests a fault is meant for; without one, all. */
export type Which = (method: string, path: string) => boolean;

export interface Faults {
  /** Accepts, and answers nothing until switched off; then whoever still waits is served. */
  hang(on: boolean): void;
  /** The next `count` requests get this status and change nothing. */
  failNext(count: number, status?: number, which?: Which): void;
  /** The next `count` requests take effect, and their connection breaks instead of an answer. */
  loseNext(count: number, which?: Which): void;
}

interface Planned {
  left: number;
  status: number;
  which: Which;
}

export interface FaultPlan extends Faults {
  /** Resolves when the request may go on: false when its caller has gone meanwhile. */
  patience(response: ServerResponse): Promise<boolean>;
  failure(method: string, path: string): number | undefined;
  isLost(method: string, path: string): boolean;
}

export function createFaults(): FaultPlan {
  const failures: Planned[] = [];
  const losses: Planned[] = [];
  let hanging = Promise.resolve();
  let release = () => {};
  const all = () => true;
  return {
    hang(on) {
      release();
      hanging = on ? new Promise<void>((resolve) => (release = resolve)) : Promise.resolve();
    },
    failNext: (left, status = 500, which = all) => void failures.push({ left, status, which }),
    loseNext: (left, which = all) => void losses.push({ left, status: 0, which }),
    async patience(response) {
      await hanging;
      return !response.destroyed;
    },
    failure: (method, path) => take(failures, method, path)?.status,
    isLost: (method, path) => take(losses, method, path) !== undefined,
  };
}

function take(plans: Planned[], method: string, path: string): Planned | undefined {
  const plan = plans.find(({ left, which }) => left > 0 && which(method, path));
  if (plan) plan.left -= 1;
  return plan;
}
