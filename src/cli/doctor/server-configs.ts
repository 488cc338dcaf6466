/** Karpor's page /server-configs, which everybody who reaches the hub may read: whether it shows a password. */
import { isReason } from "../../hub/errors.ts";
import { isMissingPath } from "../../hub/grants.ts";
import { type Finding, type HubSide, ok, warn } from "./finding.ts";

const CHECK = "hub server-configs";
const PATH = "/server-configs";

/** `http://user:password@host`, where the password is not masked. Karpor masks some of its settings as `******`. */
const WITH_PASSWORD = /^(?:[a-z][\w+.-]*:\/\/)?[^/@:\s]*:(?!\*+@|\[hidden\]@)[^@\s]+@/i;

export async function checkServerConfigs({ hub }: HubSide): Promise<Finding[]> {
  try {
    const { text } = await hub.client.getAs(null, PATH);
    const settings = settingsWithPassword(text);
    if (settings.length === 0) return [ok(CHECK, "it shows no password")];
    return [
      warn(
        CHECK,
        `everybody who reaches the hub reads the password in ${settings.join(", ")}, also with reads closed`,
        "Let that proxy know karpor-server by its address, and change the password that was shown",
      ),
    ];
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
