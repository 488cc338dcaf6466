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
  /** Asked at each request from now on. */
  meddle(meddler: HubMeddler | undefined): void;
}

interface Planned {
  left: number;
  status: number;
  which: Which;
}

/** What stands before a hub, as its meddler stands before that. */
export interface FaultPlan extends Faults {
  before(call: HubCall, response: ServerResponse): Promise<HubFailure | undefined>;
  after(call: HubCall): Promise<boolean>;
}

export function createFaults(): FaultPlan {
  const failures: Planned[] = [];
  const losses: Planned[] = [];
  let hanging = Promise.resolve();
  let release = () => {};
  let meddling: HubMeddler | undefined;
  const all = () => true;
  return {
    hang(on) {
      release();
      hanging = on ? new Promise<void>((resolve) => (release = resolve)) : Promise.resolve();
    },
    failNext: (left, status = 500, which = all) => void failures.push({ left, status, which }),
    loseNext: (left, which = all) => void losses.push({ left, status: 0, which }),
    meddle: (meddler) => {
      meddling = meddler;
    },
    async before(call, response) {
      await hanging;
      // Its caller has gone meanwhile.
      if (response.destroyed) return { hang: true };
      return (await meddling?.before(call)) ?? take(failures, call);
    },
    after: async (call) => !take(losses, call) && (await meddling?.after(call)) !== false,
  };
}

function take(plans: Planned[], { method, path }: HubCall): Planned | undefined {
  const plan = plans.find(({ left, which }) => left > 0 && which(method, path));
  if (plan) plan.left -= 1;
  return plan;
}
