/** Whose Slack a pane shows, and changing it. */
import { h, swap } from "./dom.ts";
import { avatar } from "./item.ts";
import { on, parts, type SideName, watching, watchPerson } from "./state.ts";

export function createPersonChooser(side: SideName): HTMLElement {
  const face = h("span", { class: "face" });
  const about = h("span", { class: "about" });
  const choice = h("select", {
    onchange: () => watchPerson(side, choice.value),
  });
  const draw = () => {
    const people = parts.facts?.people ?? [];
    const { lang = "en", [side]: label = "" } = parts[side]?.words ?? {};
    swap(choice, lang + people.map(({ id }) => id).join(), () =>
      people.map(({ id, name, about }) => h("option", { value: id }, `${name} · ${about[lang]}`)),
    );
    choice.ariaLabel = label;
    choice.value = watching[side];
    const who = people.find(({ id }) => id === watching[side]);
    if (!who) return;
    swap(face, who.id, () => [avatar(who), h("strong", {}, who.name)]);
    swap(about, who.id + lang, () => [who.about[lang]]);
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
