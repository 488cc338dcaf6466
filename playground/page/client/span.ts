/** How long something lasts, in its two largest units. */
import { t } from "./language.ts";

const UNITS = [
  { seconds: 86_400, name: t("d", "天") },
  { seconds: 3_600, name: t("h", "小时") },
  { seconds: 60, name: t("min", "分钟") },
  { seconds: 1, name: t("s", "秒") },
];

export function spanText(ms: number): string {
  let left = Math.max(0, Math.round(ms / 1000));
  const first = UNITS.findIndex(({ seconds }) => seconds <= left);
  const parts = UNITS.slice(first, first + 2).map(({ seconds, name }) => {
    const count = Math.floor(left / seconds);
    left -= count * seconds;
    return count && `${count} ${name}`;
  });
  return parts.filter(Boolean).join(" ") || `0 ${t("s", "秒")}`;
}
