/** Makes the log: pino's JSON lines on standard output, from which secrets are removed. */
import { type DestinationStream, destination, type Logger, pino } from "pino";

/** Slack tokens, JWTs and passwords in URLs, found in linear time. */
const SECRETS =
  /xox[a-z]-[\w-]+|xapp-[\w-]+|(?<![\w-])eyJ[\w-]{10,}\.[\w-]+\.[\w-]*|(?<=:\/\/[^\s/@:"]{0,80}:)[^\s/@"]{1,200}(?=@)/g;

const hideSecrets = (text: string): string => text.replace(SECRETS, "[secret]");

const LONGEST_MESSAGE = 200;

/** A client's error may contain a body or a header. */
function safeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: hideSecrets(String(error).slice(0, LONGEST_MESSAGE)) };
  const { name, message, stack, cause } = error;
  const {
    code = (cause as { code?: unknown } | undefined)?.code,
    headers,
    body,
  } = error as Error & Record<string, unknown>;
  const isSafe = headers === undefined && body === undefined;
  const where = stack
    ?.split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 5)
    .join("\n");
  return {
    type: name,
    message: isSafe ? hideSecrets(message.slice(0, LONGEST_MESSAGE)) : undefined,
    code,
    stack: where,
  };
}

export function createLog(
  level = "info",
  to: DestinationStream = destination({ dest: 1, sync: false }),
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: safeError },
      hooks: { streamWrite: hideSecrets },
      redact: {
        paths: ["token", "*.token", "authorization", "*.authorization", "headers", "*.headers"],
        censor: "[secret]",
      },
    },
    to,
  );
}
