/** Everybody who reaches the hub may read some of it without a token: it is said, and no password is in it. */
import { anonymousReads } from "../../hub/anonymous.ts";
import { isReason } from "../../hub/errors.ts";
import { isMissingPath } from "../../hub/grants.ts";
import { type Finding, fail, type HubSide, ok, warn } from "./finding.ts";

const ANONYMOUS_CHECK = "hub anonymous reads";
const CLOSE_READS = "npm run setup -- --close-anonymous; it says what the dashboard shows then, and what not";

export async function checkAnonymous({ config, hub }: HubSide): Promise<Finding> {
  const { reads, streams } = await anonymousReads(hub);
  if (reads.length > 0) {
    const message = `everybody who reaches the hub reads ${reads[0]} and ${reads.length - 1} more without a token`;
    return config.hub.anonymous === "closed"
      ? fail(ANONYMOUS_CHECK, `${message}; hub.anonymous says closed`, CLOSE_READS)
      : warn(ANONYMOUS_CHECK, `${message}: a guest's token protects nothing`, CLOSE_READS);
  }
  if (streams.length > 0)
    return warn(ANONYMOUS_CHECK, "closed, but for pod logs, events and AI", CLOSE_READS);
  return ok(ANONYMOUS_CHECK, "closed");
}

const CONFIGS_CHECK = "hub server-configs";

/** `http://user:password@host`, where the password is not masked. Karpor masks some of its settings as `******`. */
const WITH_PASSWORD = /^(?:[a-z][\w+.-]*:\/\/)?[^/@:\s]*:(?!\*+@|\[hidden\]@)[^@\s]+@/i;

export async function checkServerConfigs({ hub }: HubSide): Promise<Finding | Finding[]> {
  try {
    const { text } = await hub.getAs(null, "/server-configs");
    const settings = settingsWithPassword(text);
    if (settings.length === 0) return ok(CONFIGS_CHECK, "it shows no password");
    return warn(
      CONFIGS_CHECK,
      `everybody who reaches the hub reads the password in ${settings.join(", ")}, also with reads closed`,
      "Let that proxy know karpor-server by its address, and change the password that was shown",
    );
  } catch (error) {
    if (isReason(error, "Forbidden") || isReason(error, "Unauthorized") || isMissingPath(error)) return [];
    throw error;
  }
}

/** Their names alone: what they hold is a secret. */
function settingsWithPassword(text: string): string[] {
  const names = new Set<string>();
  JSON.parse(text, (name, value: unknown) => {
    if (typeof value === "string" && WITH_PASSWORD.test(value)) names.add(name);
    return value;
  });
  return [...names];
}
