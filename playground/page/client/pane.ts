/** One person's Slack: who, where, what was said, and what they can do about it. */
import type { PlaceView, Side } from "../types.ts";
import { actOn } from "./click.ts";
import { createComposer } from "./composer.ts";
import { dismissConfirm } from "./confirm.ts";
import { byId, followEnd, h, keepInStep, plainButton } from "./dom.ts";
import { createHomePage } from "./home.ts";
import { drawItem } from "./item.ts";
import { drawModal } from "./modal.ts";
import { createPersonChooser } from "./people.ts";
import { createPhone } from "./phone.ts";
import { isUnread, markRead } from "./read.ts";
import { recall, remember } from "./remember.ts";
import { on, parts, type SideName } from "./state.ts";

export interface Pane {
  /** Opens a place: an id, or "dm" for the app's messages. */
  open(place: string): void;
  /** Types a line and sends it. */
  send(line: string): Promise<void>;
}

export function createPane(name: SideName, first: string): Pane {
  const root = byId(name);
  const side = (): Side | undefined => parts[name];
  const chosen = () => `place ${name} ${side()?.who.id}`;
  const current = (): PlaceView | undefined => {
    const places = side()?.places ?? [];
    const wanted = recall(chosen()) ?? first;
    return places.find(({ id, kind }) => id === wanted || kind === wanted) ?? places[0];
  };
  const places = h("nav", { class: "places" });
  const items = h("div", { class: "items", role: "log", tabindex: "0" });
  const end = followEnd(items);
  const overlay = h("div", { class: "overlay" });
  const phone = createPhone((place) => open(place));
  const composer = createComposer(name, () => current(), end.again);
  const home = createHomePage(name, () => draw());
  const main = h("div", { class: "room" }, ...[home.title, home.element, items, composer.element, overlay]);
  root.append(
    createPersonChooser(name),
    h("div", { class: "desk" }, h("div", { class: "sidebar" }, places, phone.element), main),
  );
  for (const list of [items, home.element, overlay])
    list.addEventListener("click", (event) => actOn(event, side, overlay));

  const open = (place: string) => {
    remember(chosen(), place);
    draw();
    end.again();
  };
  const draw = () => {
    const shown = side();
    const place = current();
    if (!shown || !place) return;
    markRead(shown.who.id, place);
    root.lang = shown.words.lang;
    if (root.dataset.who !== shown.who.id) dismissConfirm(overlay);
    root.dataset.who = shown.who.id;
    places.ariaLabel = `${shown.words.places} · ${shown.who.name}`;
    items.ariaLabel = `${shown.words.messages} · ${shown.who.name}`;
    drawPlaces(places, shown, place.id, open);
    const atHome = home.draw(shown, place);
    items.hidden = atHome;
    composer.element.hidden = atHome;
    const other = items.dataset.place !== place.id + shown.who.id;
    items.dataset.place = place.id + shown.who.id;
    drawItems(items, shown, place);
    if (other) end.again();
    else end.follow();
    composer.draw(shown, place);
    phone.draw(shown);
    drawModal(overlay, [items, home.element, composer.element], shown);
  };
  on(name, draw);
  return {
    open,
    send: (line) => composer.send(line),
  };
}

function drawPlaces(
  nav: HTMLElement,
  { places, who, words }: Side,
  open: string,
  go: (id: string) => void,
): void {
  const groups = [
    { key: "dm", label: words.directMessages, of: places.filter(({ kind }) => kind === "dm") },
    { key: "channel", label: words.channels, of: places.filter(({ kind }) => kind === "channel") },
  ];
  const lines = groups.flatMap(({ key, label, of }) => [
    { key: `label-${key}`, rev: label, label, place: undefined, unread: false },
    ...of.map((place) => {
      const unread = place.id !== open && isUnread(who.id, place);
      const rev = `${who.id} ${words.lang} ${place.id === open} ${unread}`;
      return { key: place.id, rev, label, place, unread };
    }),
  ]);
  keepInStep(nav, lines, ({ label, place, unread }) => {
    if (!place) return h("p", { class: "label" }, label);
    const { id, kind, name } = place;
    return plainButton(
      {
        ...{ class: `place ${kind}${unread ? " unread" : ""}` },
        ...{ "aria-current": id === open ? "page" : undefined, onclick: () => go(id) },
      },
      h("span", { class: "mark", "aria-hidden": "true" }, kind === "dm" ? "" : "#"),
      h("span", { class: "name" }, name),
      unread && h("span", { class: "badge" }, h("span", { class: "hidden" }, words.unread)),
    );
  });
}

function drawItems(list: HTMLElement, side: Side, place: PlaceView): void {
  const days = Map.groupBy(place.items, ({ day }) => day);
  const rows = [...days].flatMap(([day, items]) => [
    { key: `day-${day}`, rev: "1", day, item: undefined },
    ...items.map((item) => ({ key: item.key, rev: `${item.rev} ${side.who.id}`, day: "", item })),
  ]);
  const intro = { key: "intro", rev: side.words.newHere, day: "", item: undefined };
  const all = place.kind === "dm" && rows.length === 0 ? [intro] : rows;
  keepInStep(list, all, (row) => {
    if (row.item) return drawItem(row.item, side);
    if (row.day) return h("div", { class: "day" }, h("span", {}, row.day));
    return h("p", { class: "intro" }, side.words.newHere);
  });
}
