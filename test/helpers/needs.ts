/** A test that needs what this machine may lack: it says so in its title, and in CI it must run. */
import { describe } from "vitest";

export function needs(there: boolean, mend: string): typeof describe.skip | typeof describe {
  if (there) return describe;
  if (process.env.CI) throw new Error(`In CI nothing is skipped: ${mend}.`);
  return ((title: string, ...rest: unknown[]) => {
    // Reporters show the names of skipped tests only when asked.
    process.stderr.write(`Skipped: ${title}. It needs: ${mend}\n`);
    return Reflect.apply(describe.skip, undefined, [`${title} (skipped: ${mend})`, ...rest]);
  }) as typeof describe.skip;
}
