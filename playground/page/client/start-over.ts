/** Everything anew: another Slack, hub, Redis and bot behind the same page, and nothing remembered of the old ones, in any tab. */
import { ask } from "./ask.ts";
import { byId, plainButton } from "./dom.ts";
import { t } from "./language.ts";
import { forgetAll, recall, remember } from "./remember.ts";
import { on, parts } from "./state.ts";

export function createStartOver(): void {
  const button = plainButton({ class: "quiet", id: "start-over" }, t("Start over", "重新开始"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    button.textContent = t("Starting over…", "正在重新开始…");
    await ask("startOver", {});
    button.disabled = false;
    button.textContent = t("Start over", "重新开始");
  });
  byId("again").append(button);
  on("facts", beginAnew);
}

/** In every tab that looks, and where the playground was started anew: what the page knows is of another world. */
function beginAnew(): void {
  const world = parts.facts?.world ?? "";
  const before = recall("world") ?? world;
  remember("world", world);
  if (before === world) return;
  // What is still drawn of the old ones must not be remembered.
  window.addEventListener("pagehide", forgetAll);
  location.assign("/");
}
