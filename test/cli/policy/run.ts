/** The policy commands as main.ts runs them, and what they say. */
import { pino } from "pino";
import { jumpClock } from "../../../sandbox/clock.ts";
import { policyCommand } from "../../../src/cli/policy/index.ts";

/** Nobody listens there. */
const NOWHERE = { REDIS_URL: "redis://127.0.0.1:1" };

export async function run(args: string[], variables: NodeJS.ProcessEnv = {}) {
  const lines: string[] = [];
  const means = { clock: jumpClock(), log: pino({ level: "silent" }), colour: false };
  const good = await policyCommand(args)({
    ...means,
    variables: { ...NOWHERE, ...variables },
    say: (line) => void lines.push(line),
  });
  return { good, said: lines.join("\n") };
}
