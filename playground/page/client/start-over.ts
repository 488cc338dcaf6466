/** Everything anew: another Slack, hub, Redis and bot behind the same page, and nothing remembered of the old ones. */
import { ask } from "./ask.ts";
import { byId, h } from "./dom.ts";
import { forgetAll } from "./remember.ts";
import { on, parts } from "./state.ts";

export function createStartOver(): void {
  const button = h("button", { type: "button", class: "quiet", id: "start-over" }, "Start over");
  button.addEventListener("click", async () => {
    button.disabled = true;
    button.textContent = "Starting over…";
    if (await ask("startOver", {})) {
      // What is still drawn of the old ones must not be remembered.
      window.addEventListener("pagehide", forgetAll);
      location.assign("/");
    }
    button.disabled = false;
    button.textContent = "Start over";
  });
  byId("again").append(button);
  // What is real is nobody's to throw away.
  on("clock", () => {
    button.hidden = parts.clock?.off !== undefined;
  });
}
