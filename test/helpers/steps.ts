/** The flows on real adapters, run by hand: jobs wait in a list, and any call to the outside can be the last. */
import { assemble } from "../../src/app/assemble.ts";
import { connectAll } from "../../src/app/clients.ts";
import { loadConfig } from "../../src/config.ts";
import type { RequestId } from "../../src/domain/ids.ts";
import type { Due, Step } from "../../src/domain/lifecycle.ts";
import { askFallback } from "../../src/flow/ask-fallback.ts";
import { checkIdle } from "../../src/flow/check-idle.ts";
import { coverViews } from "../../src/flow/cover-views.ts";
import { endGrant } from "../../src/flow/end.ts";
import { extendGrant } from "../../src/flow/extend-grant.ts";
import { sweep } from "../../src/flow/mend/sweep.ts";
import { nudgeApprovers } from "../../src/flow/nudge.ts";
import type { Later, Ports } from "../../src/flow/ports.ts";
import { provisionGrant } from "../../src/flow/provision.ts";
import { refreshToken } from "../../src/flow/refresh-token.ts";
import { remindHolder } from "../../src/flow/remind.ts";
import { reportUse } from "../../src/flow/report-use.ts";
import { startGrant } from "../../src/flow/start.ts";
import { setNextTimer } from "../../src/flow/support/next-timer.ts";
import { redraw, syncMessages } from "../../src/flow/sync-messages.ts";
import { takeTokenOff } from "../../src/flow/take-token-off.ts";
import { timeOutRequest } from "../../src/flow/time-out.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import { verifyEnd } from "../../src/flow/verify.ts";
import { checkDeparture } from "../../src/flow/watch/check-departure.ts";
import { createLog } from "../../src/log.ts";
import type { World } from "./bot.ts";
import { silent } from "./silent.ts";

const FLOWS: Record<Step, (ports: Ports, id: RequestId) => Promise<Later>> = {
  validate: validateRequester,
  start: startGrant,
  provision: provisionGrant,
  refreshToken,
  extend: extendGrant,
  remind: remindHolder,
  nudge: nudgeApprovers,
  askFallback,
  timeOut: timeOutRequest,
  end: endGrant,
  verify: verifyEnd,
  syncMessages,
  redraw,
  takeTokenOff,
  coverViews,
  checkDeparture,
  reportUse,
  checkIdle,
};

export type Steps = Awaited<ReturnType<typeof openSteps>>;

/** The process dies here. */
export class Crash extends Error {}

/** `callMs`: how long a call to the outside may take. */
export async function openSteps(world: World, { callMs = 5_000 } = {}) {
  await using opened = new AsyncDisposableStack();
  const means = { clock: world.callersClock, log: createLog("error", silent), times: { callMs } };
  const clients = await connectAll(loadConfig(world.env), means, opened);
  await clients.redis.ready(20_000);
  const home = () => world.slack.bot;
  const { ports: real } = assemble(loadConfig(world.env), means, clients, opened, home);
  let jobs: { step: Step; id: RequestId; due: number; isTimer?: true }[] = [];
  const isTimer = (id: RequestId, due: Due | null) => (job: (typeof jobs)[number]) =>
    job.id === id && job.step === due?.step && job.due === due.at;
  const ports: Ports = {
    ...real,
    jobs: {
      add: async (_, step, id) => void jobs.push({ step, id, due: world.clock.now() }),
      setTimer: async (id, last, next) => {
        jobs = jobs.filter((job) => !isTimer(id, last)(job));
        if (next && !jobs.some(isTimer(id, next)))
          jobs.push({ step: next.step, id, due: next.at, isTimer: true });
      },
    },
  };
  const kept = opened.move();
  return {
    ports,
    /** Runs the jobs that are due, and those they add, until none is. */
    async work(through: Ports = ports): Promise<void> {
      for (let due = take(); due.length > 0; due = take())
        for (let job = due.shift(); job; job = due.shift()) {
          const { step, id, due: at, isTimer } = job;
          const work = [FLOWS[step](through, id), isTimer && setNextTimer(ports, id, { step, at })] as const;
          // One that fails keeps none of the others from their time.
          const [later] = await Promise.all(work).catch((error: unknown) => {
            jobs.push(...due);
            throw error;
          });
          if (later) jobs.push({ step, id, due: later.again });
        }
    },
    /** Works on over the time that a proof takes. */
    async finish(): Promise<void> {
      await this.work();
      world.clock.jump(14_000);
      await this.work();
    },
    sweep: () => sweep(ports),
    /** A new process: the old one's jobs and leases are gone, so much time has passed, and it has swept. */
    async restart(ms: number): Promise<void> {
      this.forgetJobs();
      await this.loseLeases();
      world.clock.jump(ms);
      await this.sweep();
    },
    /** As if all of them had run out. */
    async loseLeases(): Promise<void> {
      const leases = await world.commands.keys("*:lease:*");
      if (leases.length > 0) await world.commands.del(...leases);
    },
    /** What a crash or a lost Redis does to jobs that only hinted. */
    forgetJobs: () => {
      jobs = [];
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };

  function take() {
    const now = world.clock.now();
    const due = jobs.filter((job) => job.due <= now);
    jobs = jobs.filter((job) => job.due > now);
    return due;
  }
}

/** These ports, under whose lease whoever asks whether it is held asks this. */
export const heldAs = (ports: Ports, assertHeld: () => void): Ports => ({
  ...ports,
  lease: {
    ...ports.lease,
    holdRequest: (id, work) =>
      ports.lease.holdRequest(id, (request, held) => work(request, { ...held, assertHeld })),
  },
});

/** These ports, of which each call to one of `names` goes by `around`. */
export function throughCalls(
  ports: Ports,
  names: readonly ("requests" | "grants" | "notifier" | "tokenViews")[],
  around: (call: string, run: () => Promise<unknown>) => Promise<unknown>,
): Ports {
  const wrapped = (name: string, port: object): object =>
    new Proxy(port, {
      get(target, key, receiver) {
        const member = Reflect.get(target, key, receiver) as unknown;
        if (typeof member !== "function") return member;
        const run = async (args: unknown[]): Promise<unknown> => Reflect.apply(member, target, args);
        return (...args: unknown[]) => around(`${name}.${String(key)}`, () => run(args));
      },
    });
  return { ...ports, ...Object.fromEntries(names.map((name) => [name, wrapped(name, ports[name])])) };
}

/** These ports, whose `last` call to the outside takes effect and then never answers; `steps` says what was called. */
export function dyingAt(ports: Ports, last: number) {
  const steps: string[] = [];
  const dying = throughCalls(ports, ["requests", "grants", "notifier", "tokenViews"], async (call, run) => {
    if (steps.length >= last) throw new Crash();
    steps.push(call);
    const mine = steps.length;
    const answer = await run();
    if (mine >= last) throw new Crash();
    return answer;
  });
  return { ports: dying, steps };
}
