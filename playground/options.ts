/** The playground's command line → options. */
import { parseArgs } from "node:util";

export interface Options {
  /** The page's port. The dashboard has the next one. 0 takes free ports. */
  port: number;
  open: boolean;
  /** Prints the bot's log. */
  verbose: boolean;
}

const USUAL_PORT = "7440";

export const USAGE = `npm run playground -- [--port ${USUAL_PORT}] [--no-open] [--verbose]
  --port PORT  the page's port; Karpor's dashboard has the next one
  --no-open    don't open a browser
  --verbose    print the bot's log`;

/** Throws one sentence. */
export function readOptions(args: string[]): Options | "help" {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      port: { type: "string", default: USUAL_PORT },
      open: { type: "boolean", default: true },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_534)
    throw new Error(`--port takes a number from 0 to 65534, not ${values.port}.`);
  return { port, open: values.open, verbose: values.verbose };
}
