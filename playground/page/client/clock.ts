/** The playground's clock, and its jumps. */
import type { ClockPart } from "../types.ts";
import { ask } from "./ask.ts";
import { byId, h, swap } from "./dom.ts";
import { now, on, parts } from "./state.ts";

const DATE: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
const TIME: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit" };

export function createClock(): void {
  const date = h("span", { class: "date" });
  const time = h("time", { class: "time" });
  const ahead = h("span", { class: "ahead" });
  const jumps = h("span", { class: "jumps" });
  byId("clock").append(h("span", { class: "face" }, date, time, ahead), jumps);
  const tick = () => {
    const at = now();
    swap(date, String(Math.floor(at / 60_000)), () => [new Intl.DateTimeFormat("en-GB", DATE).format(at)]);
    time.textContent = new Intl.DateTimeFormat("en-GB", TIME).format(at);
    const minutes = Math.round((parts.clock?.offset ?? 0) / 60_000);
    swap(ahead, String(minutes), () => (minutes > 0 ? [`+${span(minutes)}`] : []));
  };
  const draw = () => {
    const clock = parts.clock;
    if (clock) swap(jumps, JSON.stringify([clock.off, clock.next]), () => buttons(clock));
    tick();
  };
  on("clock", draw);
  window.setInterval(tick, 250);
}

function buttons({ off, next }: ClockPart): (Node | string)[] {
  if (off) return [h("em", {}, off)];
  const jump = (to: string, words: string, why: string | undefined, title: string) =>
    h(
      "button",
      {
        type: "button",
        "data-jump": to,
        disabled: why !== undefined,
        title: why ?? title,
        onclick: () => ask("jump", { to }),
      },
      words,
    );
  const { reminder, end } = next;
  return [
    h("span", { class: "label" }, "Jump"),
    jump("10m", "+10 min", undefined, "Everything moves ten minutes ahead: bot, hub, Slack"),
    jump("1h", "+1 h", undefined, "Everything moves an hour ahead: bot, hub, Slack"),
    jump(
      "reminder",
      "Next reminder",
      reminder ? undefined : "No reminder is waiting",
      `To the reminder of ${reminder?.id}`,
    ),
    jump("end", "The end", end ? undefined : "No access is live that could end", `To the end of ${end?.id}`),
  ];
}

function span(minutes: number): string {
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  return [days && `${days} d`, hours && `${hours} h`, rest && `${rest} min`].filter(Boolean).join(" ");
}
