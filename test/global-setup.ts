/** Before the tests: a Redis that serves, or one sentence instead of a failure in each file; and what is skipped here. */
import { ensureRedis } from "../sandbox/redis/install.ts";
import { lacking } from "./helpers/machine.ts";

export default function setup(): void {
  try {
    ensureRedis();
    const lines = lacking();
    if (process.env.CI && lines.length > 0) throw new Error(`In CI nothing is skipped.\n${lines.join("\n")}`);
    for (const line of lines) process.stderr.write(`${line}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
