/** Whose Slack a pane shows, and changing it. */
import { h, swap } from "./dom.ts";
import { avatar } from "./item.ts";
import { on, parts, type SideName, watching, watchPerson } from "./state.ts";

export function createPersonChooser(side: SideName): HTMLElement {
  const face = h("span", { class: "face" });
  const about = h("span", { class: "about" });
  const choice = h("select", {
    "aria-label": side === "left" ? "Whose Slack is on the left" : "Whose Slack is on the right",
    onchange: () => watchPerson(side, choice.value),
  });
  const draw = () => {
    const people = parts.facts?.people ?? [];
    swap(choice, people.map(({ id }) => id).join(), () =>
      people.map(({ id, name, about }) => h("option", { value: id }, `${name} — ${about}`)),
    );
    choice.value = watching[side];
    const who = people.find(({ id }) => id === watching[side]);
    if (!who) return;
    swap(face, who.id, () => [avatar(who), h("strong", {}, who.name)]);
    swap(about, who.id, () => [who.about]);
  };
  on("facts", draw);
  on(side, draw);
  return h(
    "header",
    { class: "person" },
    h(
      "label",
      { class: "chooser" },
      face,
      about,
      h("span", { class: "caret", "aria-hidden": "true" }, "▾"),
      choice,
    ),
  );
}
