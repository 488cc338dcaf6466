/** Before the tests: a Redis that serves, or one sentence instead of a failure in each file; and what is skipped here. */
import { envtestAdvice, envtestAvailable } from "../sandbox/hub/envtest.ts";
import { ensureRedis } from "../sandbox/redis/install.ts";
import { lacking } from "./helpers/machine.ts";
import { isRealHub, leftOut } from "./helpers/stand-in.ts";

export default async function setup(): Promise<void> {
  try {
    await ensureRedis();
    const lines = lacking();
    if (process.env.CI && lines.length > 0) throw new Error(`In CI nothing is skipped.\n${lines.join("\n")}`);
    if (isRealHub && !envtestAvailable()) throw new Error(`HUB=real ${envtestAdvice}.`);
    for (const line of [...lines, ...leftOut()]) process.stderr.write(`${line}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
