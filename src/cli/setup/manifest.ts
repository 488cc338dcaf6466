/** `setup --manifest`: the Slack app's manifest.yml, for another command or for HTTP; its comments stay. */
import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { UsageError } from "../options.ts";
import type { SetupOptions } from "./options.ts";

const MANIFEST_FILE = new URL("../../../manifest.yml", import.meta.url);

/** Throws UsageError. */
export function manifestFor({ command, url }: SetupOptions): string {
  const manifest = parseDocument(readFileSync(MANIFEST_FILE, "utf8"));
  const set = (path: string, value: unknown) => manifest.setIn(path.split("."), value);
  if (command !== undefined) {
    if (!/^\/[a-z0-9_-]{1,31}$/.test(command))
      throw new UsageError("--command must be a slash command such as /karpor-access.");
    const about = String(manifest.getIn(["display_information", "long_description"]));
    set("features.slash_commands.0.command", command);
    set("display_information.name", command.slice(1));
    set("features.bot_user.display_name", command.slice(1));
    set("display_information.long_description", about.replace("/karpor-access", command));
  }
  if (url !== undefined) {
    if (URL.parse(url)?.protocol !== "https:")
      throw new UsageError("--url must be where Slack reaches the bot, such as https://bot.example.com.");
    const events = new URL("/slack/events", url).href;
    set("features.slash_commands.0.url", events);
    set("settings.interactivity.request_url", events);
    set("settings.event_subscriptions.request_url", events);
    set("settings.socket_mode_enabled", false);
  }
  return manifest.toString({ lineWidth: 120 });
}
