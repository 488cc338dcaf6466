/** The playground's command line and environment → options; one sentence for what it does not know. */
import { parseArgs } from "node:util";

export interface Options {
  /** Of the page; 0 takes any free one. */
  port: number;
  open: boolean;
  /** A real hub's; the local one when left out. */
  kubeconfig?: string | undefined;
  /** A real Redis; a throwaway one when left out. */
  redisUrl?: string | undefined;
  /** The bot's log on the terminal too. */
  verbose: boolean;
}

const USUAL_PORT = "7440";

export const USAGE = `npm run playground -- [--port ${USUAL_PORT}] [--no-open] [--kubeconfig FILE] [--verbose]
  --port PORT        where the page is; the bot and the stand-ins take free ports
  --no-open          do not open a browser
  --kubeconfig FILE  a real hub instead of the stand-in (the clock is off then)
  --verbose          the bot's log here too; the page shows it in any case
  REDIS_URL=…        a real Redis instead of a throwaway one (the clock is off then)`;

/** Throws one sentence. */
export function readOptions(args: string[], environment: NodeJS.ProcessEnv): Options | "help" {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      port: { type: "string", default: USUAL_PORT },
      open: { type: "boolean", default: true },
      kubeconfig: { type: "string" },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port takes a number from 0 to 65535, not ${values.port}.`);
  return {
    port,
    open: values.open,
    kubeconfig: values.kubeconfig,
    redisUrl: environment.REDIS_URL || undefined,
    verbose: values.verbose,
  };
}
