/** Opens the page in a browser, if there is a screen. */
import { spawn } from "node:child_process";

const OPENERS: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ["open"],
  linux: ["xdg-open"],
};

export function openBrowser(url: string): void {
  const { CI, SSH_CONNECTION, DISPLAY, WAYLAND_DISPLAY } = process.env;
  const screenless = process.platform === "linux" && !DISPLAY && !WAYLAND_DISPLAY;
  const [command, ...args] = OPENERS[process.platform] ?? [];
  if (!command || CI || SSH_CONNECTION || screenless || !process.stdout.isTTY) return;
  spawn(command, [...args, url], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
