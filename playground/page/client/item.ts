/** One message as its reader sees it. */
import type { Item, Side } from "../types.ts";
import { h } from "./dom.ts";

export function avatar({
  initials,
  tint,
  app,
}: {
  initials: string;
  tint: number;
  app?: boolean;
}): HTMLElement {
  const face = h("span", { class: `avatar tint${tint}${app ? " app" : ""}`, "aria-hidden": "true" });
  if (app && initials !== "S") face.append(h("img", { src: "/icon.svg", alt: "" }));
  else face.append(initials);
  return face;
}

export function drawItem(item: Item, side: Side): HTMLElement {
  const { author, whisper, time, html, mentions, thread } = item;
  const body = h("div", { class: "bk" });
  // Made on the server, where everything a person wrote was escaped.
  body.innerHTML = html;
  return h(
    "article",
    {
      class: `item${whisper ? " whisper" : ""}${mentions ? " mentions" : ""}`,
      "data-channel": item.channel,
      "data-ts": item.ts,
    },
    avatar(author),
    h(
      "div",
      { class: "said" },
      whisper && h("p", { class: "only" }, whisper),
      h(
        "p",
        { class: "head" },
        h("strong", {}, author.name),
        author.app && h("span", { class: "tag" }, side.words.app),
        h("time", {}, time),
      ),
      body,
      thread &&
        h(
          "div",
          { class: "thread", role: "group", "aria-label": thread.says },
          h("p", { class: "replies" }, thread.says),
          ...thread.items.map((reply) => drawItem(reply, side)),
        ),
    ),
  );
}
