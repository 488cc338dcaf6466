/** The playground's command line → options; one sentence for what it does not know. */
import { parseArgs } from "node:util";

export interface Options {
  /** Of the page; the dashboard has the next. 0 takes free ones. */
  port: number;
  open: boolean;
  /** The bot's log on the terminal too. */
  verbose: boolean;
}

const USUAL_PORT = "7440";

export const USAGE = `npm run playground -- [--port ${USUAL_PORT}] [--no-open] [--verbose]
  --port PORT  where the page is, and Karpor's dashboard at the next; the others take free ports
  --no-open    do not open a browser
  --verbose    the bot's log here too; the page shows it in any case`;

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
