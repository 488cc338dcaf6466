/** `setup --manifest`: manifest.yml, as it stands, or for another bot by its command, or for HTTP; its comments stay. */
import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { EVENTS_PATH } from "../../slack/inbound/signed.ts";
import { appOf } from "../../slack/slash-command.ts";

export interface ManifestOptions {
  /** In place of /karpor-access. */
  command?: string | undefined;
  /** Where Slack reaches the bot; Socket Mode when left out. */
  url?: string | undefined;
}

const COMMAND = "/karpor-access";
const FILE = new URL("../../../manifest.yml", import.meta.url);

export function manifestFor({ command, url }: ManifestOptions): string {
  const manifest = parseDocument(readFileSync(FILE, "utf8"));
  const slashCommand = ["features", "slash_commands", 0];
  if (command !== undefined) {
    manifest.setIn([...slashCommand, "command"], command);
    const name = appOf(command);
    manifest.setIn(["display_information", "name"], name);
    manifest.setIn(["features", "bot_user", "display_name"], name);
    const about = ["display_information", "long_description"];
    manifest.setIn(about, String(manifest.getIn(about)).replace(COMMAND, command));
  }
  if (url !== undefined) {
    const to = new URL(EVENTS_PATH, url).href;
    manifest.setIn([...slashCommand, "url"], to);
    manifest.setIn(["settings", "interactivity", "request_url"], to);
    manifest.setIn(["settings", "event_subscriptions", "request_url"], to);
    manifest.setIn(["settings", "socket_mode_enabled"], false);
  }
  return manifest.toString({ lineWidth: 120 });
}
