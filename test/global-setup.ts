/** Before any test: a Redis that serves, or one sentence instead of a failure in each file. */
import { ensureRedis } from "../sandbox/redis/install.ts";

export default function setup(): void {
  try {
    ensureRedis();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
