/** `npm run playground`: starts everything, prints one address, stops on Ctrl-C and leaves nothing behind. */
import { openBrowser } from "./browser.ts";
import { readOptions, USAGE } from "./options.ts";
import { startPlayground } from "./start.ts";

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === "help") return console.log(USAGE);
  const playground = await startPlayground(options);
  console.log(`karpor-access playground: ${playground.url}`);
  // Counted from the start of the process, its modules included.
  const seconds = (performance.now() / 1000).toFixed(1);
  console.log(
    `Only Slack’s servers and Karpor are stand-ins. Ready in ${seconds} s. Ctrl-C stops everything.`,
  );
  if (options.open) openBrowser(playground.url);
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await playground.close();
    process.exit(0);
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  process.on("SIGHUP", stop);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
