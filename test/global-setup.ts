/** Before the tests: a Redis that serves, or one sentence instead of a failure in each file; and what is skipped here. */
import { envtestAdvice, envtestAvailable } from "../sandbox/hub/envtest.ts";
import { ensureRedis, thisMachine } from "../sandbox/redis/install.ts";
import { lacking } from "./helpers/machine.ts";
import { isRealHub, leftOut } from "./helpers/stand-in.ts";

export default async function setup(): Promise<void> {
  try {
    await ensureRedis({ ...thisMachine(), confirm: agreeAloud });
    const lines = lacking();
    if (process.env.CI && lines.length > 0) throw new Error(`In CI nothing is skipped.\n${lines.join("\n")}`);
    if (isRealHub && !envtestAvailable()) throw new Error(`HUB=real ${envtestAdvice}.`);
    for (const line of [...lines, ...leftOut()]) process.stderr.write(`${line}\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}

/** Tests start and stop what they need: as root they install a Redis where none serves, and say so. */
async function agreeAloud(question: string): Promise<boolean> {
  process.stderr.write(`${question} Yes: the tests need it.\n`);
  return true;
}
