/** The flows on real adapters, run by hand: jobs wait in a list, and any call to the outside can be the last. */
import { assemble, connectAll } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import type { RequestId } from "../../src/domain/ids.ts";
import { endGrant } from "../../src/flow/end.ts";
import type { JobName, Later, Ports } from "../../src/flow/ports.ts";
import { provisionGrant } from "../../src/flow/provision.ts";
import { remindHolder } from "../../src/flow/remind.ts";
import { sweep } from "../../src/flow/sweep.ts";
import { syncMessages } from "../../src/flow/sync-messages.ts";
import { timeOutRequest } from "../../src/flow/time-out.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import { createLog } from "../../src/log.ts";
import type { World } from "./bot.ts";
import { silent } from "./silent.ts";

const FLOWS: Record<JobName, (ports: Ports, id: RequestId) => Promise<Later>> = {
  vet: validateRequester,
  provision: provisionGrant,
  draw: syncMessages,
  lapse: timeOutRequest,
  remind: remindHolder,
  end: endGrant,
};

export type Steps = Awaited<ReturnType<typeof openSteps>>;

/** The process dies here. */
export class Crash extends Error {}

export async function openSteps(world: World) {
  await using opened = new AsyncDisposableStack();
  const means = { clock: world.clock, log: createLog("error", silent) };
  const clients = await connectAll(loadConfig(world.env), means, opened);
  await clients.redis.ready(3_000);
  const home = () => world.slack.bot;
  const { ports: real } = assemble(loadConfig(world.env), means, clients, opened, home);
  let jobs: { name: JobName; id: RequestId; due: number }[] = [];
  const ports: Ports = {
    ...real,
    jobs: { add: async (name, id, due) => void jobs.push({ name, id, due }) },
  };
  const kept = opened.move();
  return {
    ports,
    /** Runs the jobs that are due, and those they add, until none is. */
    async work(through: Ports = ports): Promise<void> {
      for (let due = take(); due.length > 0; due = take())
        for (const { name, id } of due) await FLOWS[name](through, id);
    },
    sweep: () => sweep(ports),
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

/** These ports, whose `last` call to the outside takes effect and then never answers; `steps` says what was called. */
export function dyingAt(ports: Ports, last: number) {
  const steps: string[] = [];
  const dying = (name: string, port: object): object =>
    new Proxy(port, {
      get(target, key, receiver) {
        const member = Reflect.get(target, key, receiver) as unknown;
        if (typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          if (steps.length >= last) throw new Crash();
          steps.push(`${name}.${String(key)}`);
          const mine = steps.length;
          const answer: unknown = await Reflect.apply(member, target, args);
          if (mine >= last) throw new Crash();
          return answer;
        };
      },
    });
  const wrapped = Object.fromEntries(
    (["requests", "grants", "notifier"] as const).map((name) => [name, dying(name, ports[name])]),
  );
  return { ports: { ...ports, ...wrapped } as Ports, steps };
}
