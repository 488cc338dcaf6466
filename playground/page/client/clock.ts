/** The playground's clock, and its jumps. */
import type { ClockPart } from "../types.ts";
import { ask } from "./ask.ts";
import { byId, h, plainButton, swap } from "./dom.ts";
import { t } from "./language.ts";
import { spanText } from "./span.ts";
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
    swap(date, String(Math.floor(at / 60_000)), () => [
      new Intl.DateTimeFormat(t("en-GB", "zh-CN"), DATE).format(at),
    ]);
    time.textContent = new Intl.DateTimeFormat("en-GB", TIME).format(at);
    const minutes = Math.round((parts.clock?.offset ?? 0) / 60_000);
    swap(ahead, String(minutes), () => (minutes > 0 ? [`+${spanText(minutes * 60_000)}`] : []));
  };
  const draw = () => {
    const clock = parts.clock;
    if (clock) swap(jumps, JSON.stringify(clock.next), () => buttons(clock));
    tick();
  };
  on("clock", draw);
  window.setInterval(tick, 250);
}

const ALL = t("Bot, Karpor and Slack move ahead together", "机器人、Karpor 和 Slack 一起快进");

function buttons({ next }: ClockPart): Node[] {
  const jump = (to: string, words: string, why: string | undefined, title: string) =>
    plainButton(
      {
        "data-jump": to,
        disabled: why !== undefined,
        title: why ?? title,
        onclick: () => ask("jump", { to }),
      },
      words,
    );
  const { reminder, end } = next;
  return [
    h("span", { class: "label" }, t("Jump", "快进")),
    jump("10m", t("+10 min", "+10 分钟"), undefined, ALL),
    jump("1h", t("+1 h", "+1 小时"), undefined, ALL),
    jump(
      "reminder",
      t("Next reminder", "下次提醒"),
      reminder ? undefined : t("No reminder is to come", "没有下一次提醒"),
      t(`To the reminder of ${reminder?.id}`, `快进到 ${reminder?.id} 的提醒`),
    ),
    jump(
      "end",
      t("The end", "到期"),
      end ? undefined : t("Nobody has access that could end", "没有生效中的权限"),
      t(`To the end of ${end?.id}`, `快进到到期：${end?.id}`),
    ),
  ];
}
