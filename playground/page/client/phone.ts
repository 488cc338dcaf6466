/** The person's locked phone: what anybody who passes by can read. */
import type { Ring, Side } from "../types.ts";
import { h, keepInStep, plainButton, swap } from "./dom.ts";

export function createPhone(open: (place: string) => void): { element: HTMLElement; draw(side: Side): void } {
  const time = h("p", { class: "phone-time" });
  const rings = h("div", { class: "rings" });
  const element = h("div", { class: "phone", role: "group" }, time, rings);
  const draw = ({ rings: all, time: clock, who, words }: Side) => {
    element.ariaLabel = words.phone;
    swap(time, clock + words.lang, () => [clock, h("span", {}, words.locked)]);
    const lines: { key: string; rev: string; ring?: Ring }[] = all.map((ring) => ({
      key: `${who.id}${ring.channel}${ring.ts}`,
      rev: "1",
      ring,
    }));
    if (lines.length === 0) lines.push({ key: "quiet", rev: words.lang });
    keepInStep(rings, lines, ({ ring }) => {
      if (!ring) return h("p", { class: "quiet" }, words.quiet);
      return plainButton(
        { class: "ring", onclick: () => open(ring.channel) },
        h("span", { class: "from" }, `Slack · ${ring.time}`),
        h("span", { class: "words" }, ring.text),
      );
    });
  };
  return { element, draw };
}
