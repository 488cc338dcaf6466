/** `policy diff OLD NEW`: what changes for whom, and what waits or is live that NEW alone would refuse. */
import { dirname, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type ConfigFile, fixedDiffering } from "../../config.ts";
import { changesBetween, wordsOf } from "./changes.ts";
import { affectedBy, type Looked, wordsOfAffected } from "./live.ts";
import { fileOf, type PolicyRun } from "./means.ts";

export function diff(args: string[]): PolicyRun {
  const options = { json: { type: "boolean" } } as const;
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true, strict: true });
  const [old, now, ...more] = positionals;
  if (!old || !now || more.length > 0) throw new Error("Name two files: the old one, and the new one.");
  return async (means) => {
    const [before, after] = [fileOf(means, old), fileOf(means, now)];
    const found = {
      changes: changesBetween(before, after),
      atStart: fixedDiffering(asWritten(before, old), asWritten(after, now)),
      live: await affectedBy({ before, after }, means),
    };
    const lines = values.json ? [JSON.stringify(found, null, 2)] : inWords(found, before, after);
    lines.forEach(means.say);
    return found.changes.length + found.atStart.length === 0;
  };
}

/** The two files may stand in different directories. */
function asWritten({ hub, audit, ...file }: ConfigFile, path: string): ConfigFile {
  const from = (to: string) => relative(resolve(dirname(path)), to);
  const tls = audit?.hub?.tls;
  return {
    ...file,
    hub: hub.kubeconfig ? { ...hub, kubeconfig: from(hub.kubeconfig) } : hub,
    ...(audit && {
      audit:
        audit.hub && tls
          ? { ...audit, hub: { ...audit.hub, tls: { cert: from(tls.cert), key: from(tls.key) } } }
          : audit,
    }),
  };
}

interface Found {
  changes: ReturnType<typeof changesBetween>;
  atStart: string[];
  live: Looked;
}

const inWords = ({ changes, atStart, live }: Found, before: ConfigFile, after: ConfigFile): string[] => [
  ...(changes.length + atStart.length === 0 ? ["Nothing changes."] : []),
  ...wordsOf(changes, before, after),
  ...(atStart.length > 0 ? [`At the next start: ${atStart.join(", ")}`] : []),
  "",
  ...wordsOfAffected(live),
];
