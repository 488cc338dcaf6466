/** What goes wrong, and with which call: armed by the sequence, met by the calls as they come in at the stand-ins. */

import type { HubCall, HubFailure, HubMeddler } from "../../sandbox/hub/faults.ts";
import type { Cut } from "../../sandbox/redis/commands.ts";
import type { RedisFault } from "../../sandbox/redis/proxy.ts";
import type { SlackCall, SlackMeddler } from "../../sandbox/slack/faults.ts";
import type { CallFailure } from "../../sandbox/slack/types.ts";
import { type How, hubCall, redisCall, type Spell, type System } from "./calls.ts";
import type { Strike } from "./plan.ts";
import type { Story } from "./story.ts";
import type { Tally } from "./tally.ts";

/** A replica as its calls are seen from outside. */
export interface Caller {
  name: string;
  /** Resolves when nothing holds it back; to false when it is dead. */
  passes(): Promise<boolean>;
  kill(): void;
  pause(): void;
}

type CallStrike = Extract<Strike, { kind: "call" }>;

export interface TroubleSettings {
  story: Story;
  tally: Tally;
  /** BullMQ's scripts and ours, by their hash. */
  scripts: ReadonlyMap<string, string>;
  /** Whose door this is. */
  callerAt(port: number): Caller | undefined;
  /** Before a call of the hub takes effect. */
  onHub(call: string): void;
}

export type Trouble = ReturnType<typeof createTrouble>;

export function createTrouble({ story, tally, scripts, callerAt, onHub }: TroubleSettings) {
  const armed: CallStrike[] = [];
  const spells = new Map<System, Spell>();
  const busy = new Set<object>();
  const after = new Map<object, "lose" | "kill" | "pause">();
  let moves = 0;
  let hits = 0;

  /** What happens to this call, if anything. */
  function meets(system: System, call: string, caller: Caller): How | undefined {
    const spell = spells.get(system);
    const whole = spell === "open" || spell === "down" || (system === "Redis" && spell === "hang");
    const how = spell && !whole ? spell : strikes(system, call);
    if (!how) return undefined;
    // A Redis that is away or full for long is no excuse: the hub alone tells then.
    if (system === "hub" || (system === "Redis" && !spell)) hits += 1;
    tally.hit(system, call, how);
    story.say(`    ${call} of ${caller.name} ${WORDS[how]}`);
    return how;
  }

  function strikes(system: System, call: string): How | undefined {
    const one = armed.find(({ cell }) => cell.system === system && cell.call === call);
    if (!one) return undefined;
    if (one.skip > 0) {
      one.skip -= 1;
      return undefined;
    }
    one.times -= 1;
    if (one.times <= 0 || /^(killed|paused|hang)/.test(one.cell.how)) armed.splice(armed.indexOf(one), 1);
    return one.cell.how;
  }

  /** For both stand-ins that speak HTTP: resolves to how the call fails at once, if it does. */
  async function before(call: object, system: "Slack" | "hub", name: string, port: number) {
    const caller = callerAt(port);
    if (!caller) return undefined;
    moves += 1;
    if (!(await caller.passes())) return "hang";
    const how = spells.get(system) === "down" ? "down" : meets(system, name, caller);
    if (how === "killed before") caller.kill();
    if (how === "paused before") caller.pause();
    if (!(await caller.passes()) || how === "hang") return "hang";
    busy.add(call);
    if (how === "answer lost" || how === "down") after.set(call, "lose");
    if (how === "killed after") after.set(call, "kill");
    if (how === "paused after") after.set(call, "pause");
    return how;
  }

  async function answers(call: object, port: number): Promise<boolean> {
    const caller = callerAt(port);
    const what = after.get(call);
    busy.delete(call);
    after.delete(call);
    moves += 1;
    if (what === "kill") caller?.kill();
    if (what === "pause") caller?.pause();
    return what !== "lose" && what !== "kill" && (!caller || (await caller.passes()));
  }

  const slack: SlackMeddler = {
    async before(call: SlackCall) {
      const how = await before(call, "Slack", call.method, call.port);
      return SLACK_FAILS[how ?? ""];
    },
    after: async (call) => (await answers(call, call.port)) && !call.gone(),
  };
  const hub: HubMeddler = {
    before: async (call: HubCall) => {
      const name = hubCall(call.method, call.path);
      const how = await before(call, "hub", name, call.port);
      const fails = HUB_FAILS[how ?? ""];
      if (!fails) onHub(name);
      return fails;
    },
    after: (call) => answers(call, call.port),
  };

  function redis(caller: Caller, command: Cut): RedisFault | undefined {
    const name = redisCall(command, scripts);
    if (name === "") return undefined;
    if (!IDLE.has(name)) moves += 1;
    const reads = name.startsWith("read");
    const refuses = spells.get("Redis") === "refused";
    const how = refuses && reads ? undefined : meets("Redis", name, caller);
    if (how === "killed before") caller.kill();
    if (how === "paused before" || how === "paused after") caller.pause();
    if (how === "killed after") return { lose: true, afterwards: () => caller.kill() };
    return REDIS_FAULTS[how ?? ""];
  }

  return {
    slack,
    hub,
    redis,
    arm: (strike: CallStrike) => void armed.push({ ...strike }),
    /** Until `end`. */
    begin: (system: System, how: Spell) => void spells.set(system, how),
    end: (system: System) => void spells.delete(system),
    spell: (system: System) => spells.get(system),
    disarm: () => {
      armed.length = 0;
      spells.clear();
    },
    /** Calls under way that neither wait for a replica nor hang. */
    underWay: () => busy.size,
    /** Counts what moves. */
    moves: () => moves,
    /** Counts the faults that put an end off until the next try. */
    hits: () => hits,
  };
}

/** What goes on where nothing moves. */
const IDLE = new Set(["keep lease", "ping", "read anything else", "write anything else"]);

const HTML = "<!doctype html><title>404</title><h1>nginx</h1>";
const SLACK_FAILS: Partial<Record<string, CallFailure>> = {
  "429": { retryAfter: 1 },
  "503": { status: 503 },
  down: { status: 503 },
  "HTML 404": { status: 404, body: HTML },
  "401": "invalid_auth",
  hang: { hang: true },
};
const HUB_FAILS: Partial<Record<string, HubFailure>> = {
  "429": { status: 429 },
  "503": { status: 503 },
  down: { status: 503 },
  "HTML 404": { status: 404, html: true },
  "401": { status: 401 },
  hang: { hang: true },
};
/** Longer than anybody waits for an answer. */
const STALL_MS = 800;
const REDIS_FAULTS: Partial<Record<string, RedisFault>> = {
  refused: { refuse: "OOM command not allowed when used memory > 'maxmemory'." },
  cut: { cut: true },
  "killed before": { cut: true },
  "answer lost": { lose: true },
  hang: { stall: STALL_MS },
  "paused before": { wait: true },
};

const WORDS: Record<How, string> = {
  "429": "is told to wait (429)",
  "503": "is answered 503",
  "HTML 404": "is answered 404 by a proxy",
  "401": "is answered 401",
  refused: "is refused (OOM)",
  "answer lost": "is done, and its answer is lost",
  cut: "is lost on the way",
  hang: "hangs",
  "killed before": "is its last: killed before it is done",
  "killed after": "is its last: killed when it is done",
  "paused before": "waits: paused before it is done",
  "paused after": "is done, and its answer waits: paused",
  down: "reaches nobody",
  open: "meets an open hub",
};
