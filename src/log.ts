/** The log: pino JSON lines on stdout, never a secret; each line of a request with its id. */
import { AsyncLocalStorage } from "node:async_hooks";
import { type DestinationStream, destination, type Logger, pino } from "pino";

/** Shapes of what must never be written, wherever it turns up: Slack tokens, passwords in URLs. None goes beyond its text in a line of JSON. */
const SECRETS = /xox[a-z]-[\w-]+|xapp-[\w-]+|(?<=:\/\/[^\s/@:"]*:)(?:[^\s/@"\\]|\\.)+(?=@)/g;

/** JWTs too; what only begins as one is matched whole, since to look again at each eyJ within it takes the square of its length. */
const JWT = /eyJ[\w-]{10,}(\.[\w-]+\.[\w-]*)?/g;

const hide = (text: string): string =>
  text.replace(JWT, (found, rest?: string) => (rest ? "[secret]" : found)).replace(SECRETS, "[secret]");

const subject = new AsyncLocalStorage<{ id: string }>();

/** What `work` logs, and all that it begins, carries the request's id; a line that names another keeps that. */
export const aboutRequest = <T>(id: string, work: () => T): T => subject.run({ id }, work);

/** Only what is safe of an error: an ApiException's message holds bodies and headers, so it is not among it. */
function safeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: hide(String(error)) };
  const { name, message, stack, cause, ...rest } = error as Error & Record<string, unknown>;
  const code = rest.code ?? (cause as { code?: unknown } | undefined)?.code;
  const unsafe = "headers" in rest || "body" in rest;
  const where = stack
    ?.split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 6)
    .join("\n");
  return { type: name, message: unsafe ? undefined : hide(message), code, stack: where };
}

const MOST_UNWRITTEN = 1_000_000;

/** What a full disk does not take waits as far as there is room, and is lost then: nobody's access goes on for want of a log. */
export function standardOutput({ sync = false } = {}): DestinationStream {
  const out = destination({ dest: 1, sync, maxLength: MOST_UNWRITTEN });
  const { flushSync } = out;
  // At the end of the process it would try for ever.
  out.on("error", () => {
    out.flushSync = () => {};
  });
  out.on("write", () => {
    out.flushSync = flushSync;
  });
  return out;
}

export function createLog(level = "info", to: DestinationStream = standardOutput()): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: safeError },
      hooks: { streamWrite: hide },
      mixin: () => subject.getStore() ?? {},
      mixinMergeStrategy: (line, about) => ({ ...about, ...line }),
      redact: {
        paths: ["token", "*.token", "authorization", "*.authorization", "headers", "*.headers"],
        censor: "[secret]",
      },
    },
    to,
  );
}
