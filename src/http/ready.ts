/** GET /readyz: can this replica work now? Cheap, and at most once a second however often it is asked. */
import type { Clock } from "../flow/ports.ts";

export interface Readiness {
  status: number;
  body: { ready: boolean; redis: Answer; hub: Answer; slack: Answer };
}
type Answer = "ok" | "fail";

/** Each resolves when all is well. */
export interface ReadinessDeps {
  redis(): Promise<unknown>;
  hub(): Promise<unknown>;
  slack(): Promise<unknown>;
}

const FRESH = 1_000;

export function createReadiness(looks: ReadinessDeps, clock: Pick<Clock, "now">): () => Promise<Readiness> {
  let last: { at: number; answer: Promise<Readiness> } | undefined;
  return () => {
    if (!last || clock.now() - last.at >= FRESH) last = { at: clock.now(), answer: look(looks) };
    return last.answer;
  };
}

async function look({ redis, hub, slack }: ReadinessDeps): Promise<Readiness> {
  const said = await Promise.all([redis, hub, slack].map((one) => well(one)));
  const [ofRedis = "fail", ofHub = "fail", ofSlack = "fail"] = said;
  const ready = said.every((one) => one === "ok");
  return { status: ready ? 200 : 503, body: { ready, redis: ofRedis, hub: ofHub, slack: ofSlack } };
}

const well = async (one: () => Promise<unknown>): Promise<Answer> => {
  try {
    await one();
    return "ok";
  } catch {
    return "fail";
  }
};
