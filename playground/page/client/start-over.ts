/** Everything anew: another Slack, hub, Redis and bot behind the same page, and nothing remembered of the old ones. */
import { ask } from "./ask.ts";
import { byId, h } from "./dom.ts";
import { t } from "./language.ts";
import { forgetAll } from "./remember.ts";
import { on, parts } from "./state.ts";

export function createStartOver(): void {
  const button = h(
    "button",
    { type: "button", class: "quiet", id: "start-over" },
    t("Start over", "重新开始"),
  );
  button.addEventListener("click", async () => {
    button.disabled = true;
    button.textContent = t("Starting over…", "正在重新开始…");
    if (await ask("startOver", {})) {
      // What is still drawn of the old ones must not be remembered.
      window.addEventListener("pagehide", forgetAll);
      location.assign("/");
    }
    button.disabled = false;
    button.textContent = t("Start over", "重新开始");
  });
  byId("again").append(button);
  // What is real is nobody's to throw away.
  on("clock", () => {
    button.hidden = parts.clock?.off !== undefined;
  });
}
