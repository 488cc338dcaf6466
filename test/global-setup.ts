/** Before the tests: a Redis that runs, or one sentence instead of a failure in each file. After them: what was skipped. */
import { envtestAdvice, envtestAvailable } from "../sandbox/hub/envtest.ts";
import { ensureRedis, thisMachine } from "../sandbox/redis/install.ts";
import { skippedHere } from "./helpers/machine.ts";
import { isRealHub, skippedOnRealHub } from "./helpers/stand-in.ts";

/** Vitest calls what it returns after the summary. */
export default async function setup(): Promise<() => void> {
  try {
    await ensureRedis({ ...thisMachine(), confirm: agreeAloud });
    const skipped = skippedHere();
    if (process.env.CI && skipped.length > 0)
      throw new Error(["In CI nothing is skipped.", ...skipped].join("\n"));
    if (isRealHub && !envtestAvailable()) throw new Error(`HUB=real ${envtestAdvice}.`);
    return () => print([...skipped, ...skippedOnRealHub()]);
  } catch (error) {
    print([(error as Error).message]);
    process.exit(1);
  }
}

const print = (lines: string[]) => process.stderr.write(lines.map((line) => `${line}\n`).join(""));

/** Tests start and stop what they need: as root they install a Redis where none serves, and say so. */
async function agreeAloud(question: string): Promise<boolean> {
  process.stderr.write(`${question} Yes: the tests need it.\n`);
  return true;
}
