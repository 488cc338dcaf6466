/** `setup --manifest`: the Slack app's manifest.yml, for another command or for HTTP; its comments stay. */
import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { UsageError } from "../options.ts";
import type { SetupOptions } from "./options.ts";

const FILE = new URL("../../../manifest.yml", import.meta.url);

/** Throws UsageError. */
export function manifestFor({ command, url }: SetupOptions): string {
  const manifest = parseDocument(readFileSync(FILE, "utf8"));
  if (command !== undefined) {
    if (!/^\/[a-z0-9_-]{1,31}$/.test(command))
      throw new UsageError("--command must be a slash command such as /karpor-access.");
    manifest.setIn(["features", "slash_commands", 0, "command"], command);
    manifest.setIn(["display_information", "name"], command.slice(1));
    manifest.setIn(["features", "bot_user", "display_name"], command.slice(1));
    const about = ["display_information", "long_description"];
    manifest.setIn(about, String(manifest.getIn(about)).replace("/karpor-access", command));
  }
  if (url !== undefined) {
    if (URL.parse(url)?.protocol !== "https:")
      throw new UsageError("--url must be where Slack reaches the bot, such as https://bot.example.com.");
    const events = new URL("/slack/events", url).href;
    manifest.setIn(["features", "slash_commands", 0, "url"], events);
    manifest.setIn(["settings", "interactivity", "request_url"], events);
    manifest.setIn(["settings", "event_subscriptions", "request_url"], events);
    manifest.setIn(["settings", "socket_mode_enabled"], false);
  }
  return manifest.toString({ lineWidth: 120 });
}
