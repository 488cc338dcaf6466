/** The app's own place has two tabs, as in Slack: Home, which the bot draws, and the messages. */
import type { PlaceView, Side } from "../types.ts";
import { ask } from "./ask.ts";
import { h, keepInStep, plainButton, swap } from "./dom.ts";
import { recall, remember } from "./remember.ts";
import { parts, type SideName } from "./state.ts";

interface HomePage {
  element: HTMLElement;
  /** Above the place: its name, and the tabs where it has some. */
  title: HTMLElement;
  /** Answers whether the Home tab is what is seen. */
  draw(side: Side, place: PlaceView): boolean;
}

export function createHomePage(name: SideName, redraw: () => void): HomePage {
  const element = h("div", { class: "items home", role: "region", tabindex: "0", "data-home": true });
  const title = h("div", { class: "place-title" });
  const key = (side: Side) => `home ${name} ${side.who.id}`;
  let openedFor = "";
  const show = (side: Side, seen: boolean) => {
    remember(key(side), seen ? "1" : "");
    openedFor = "";
    redraw();
  };
  return {
    element,
    title,
    draw(side, place) {
      const has = place.kind === "dm" && parts.facts?.homeTab === true;
      const seen = has && recall(key(side)) === "1";
      drawTitle(title, side, place, { has, seen, show: (home) => show(side, home) });
      element.hidden = !seen;
      element.ariaLabel = `${side.words.home} · ${side.who.name}`;
      // Slack tells the bot each time somebody looks.
      if (seen && openedFor !== side.who.id) void ask("home", { user: side.who.id });
      openedFor = seen ? side.who.id : "";
      if (seen) drawBlocks(element, side);
      return seen;
    },
  };
}

function drawTitle(
  title: HTMLElement,
  { who, words }: Side,
  place: PlaceView,
  { has, seen, show }: { has: boolean; seen: boolean; show(home: boolean): void },
): void {
  const tab = (label: string, home: boolean) =>
    plainButton({ "aria-pressed": String(home === seen), onclick: () => show(home) }, label);
  const heading = () => h("h2", {}, place.kind === "dm" ? place.name : `# ${place.name}`);
  const tabs = () => h("div", { class: "app-tabs" }, tab(words.home, true), tab(words.messages, false));
  swap(title, [place.id, who.id, words.lang, has, seen].join(), () => [heading(), ...(has ? [tabs()] : [])]);
}

function drawBlocks(element: HTMLElement, { home, who, words }: Side): void {
  const page = home ?? { rev: "none", html: "" };
  keepInStep(element, [{ key: who.id, rev: `${page.rev} ${words.lang}` }], () => {
    if (!home) return h("p", { class: "intro" }, words.noHome);
    const body = h("div", { class: "bk" });
    // Made on the server, where everything a person wrote was escaped.
    body.innerHTML = home.html;
    return body;
  });
}
