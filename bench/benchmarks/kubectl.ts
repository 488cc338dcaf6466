/** The three kubectl commands of the manual procedure, against a click on Approve. */
import { execFile, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { GRANTS_NAMESPACE } from "../../sandbox/hub/bot-account.ts";
import { startBotProcess } from "../bot.ts";
import type { BenchContext } from "../context.ts";
import { median, ms, timed } from "../stats.ts";
import type { BenchmarkRow } from "../table.ts";
import { openUserActions } from "../user-actions.ts";

const WARM_UP = 30;
// In turns, a block at a time: right after other processes every cache is cold.
const BLOCK = 10;
const BLOCKS = 3;
const AIM = 15;

export async function kubectlBenchmark(context: BenchContext): Promise<BenchmarkRow[]> {
  if (spawnSync("kubectl", ["version", "--client"]).status !== 0) {
    console.error(
      "kubectl is left out: it is not on the PATH (on Debian: apt-get install kubernetes-client).",
    );
    return [];
  }
  await using _ = await startBotProcess(context);
  const userActions = openUserActions(context);
  const procedure = manual(context);
  const [bare, ours]: [number[], number[]] = [[], []];
  const click = async (id: string) => {
    ours.push(await userActions.approve(id));
    await userActions.settled(id);
  };
  for (const id of await userActions.pending(WARM_UP)) await click(id);
  for (let block = 0; block < BLOCKS; block++) {
    const ids = await userActions.pending(BLOCK);
    for (const id of ids) bare.push(await timed(() => procedure(`manual-${id.toLowerCase()}`)));
    for (const id of ids) await click(id);
  }
  const [b, o] = [median(bare), median(ours.slice(WARM_UP))];
  return [
    {
      name: "kubectl, three commands ÷ ours",
      bare: ms(b),
      ours: ms(o),
      ratio: (b / o).toFixed(1),
      moreIsBetter: true,
      aim: `≥ ${AIM}`,
      met: b / o >= AIM,
    },
  ];
}

const run = promisify(execFile);

/** As an administrator, with a warm cache of what the server offers. */
function manual({ dir, hub }: BenchContext): (name: string) => Promise<void> {
  const kubeconfig = join(dir, "admin.kubeconfig");
  writeFileSync(kubeconfig, hub.adminKubeconfig);
  const command = (...args: string[]) =>
    run("kubectl", ["--kubeconfig", kubeconfig, "--cache-dir", join(dir, "kubectl"), ...args]);
  return async (name) => {
    const account = `${GRANTS_NAMESPACE}:${name}`;
    const binding = ["--clusterrole=karpor-guest", `--serviceaccount=${account}`];
    await command("create", "serviceaccount", name, "-n", GRANTS_NAMESPACE);
    await command("create", "clusterrolebinding", name, ...binding);
    await command("create", "token", name, "-n", GRANTS_NAMESPACE, "--duration=8h");
  };
}
