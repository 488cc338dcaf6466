/** The message box, which completes slash commands as one types. */
import type { ChromeWords, PlaceView, Side } from "../types.ts";
import { ask } from "./ask.ts";
import { h, keepInStep } from "./dom.ts";
import { recall, remember } from "./remember.ts";
import { parts, type SideName } from "./state.ts";

interface Composer {
  element: HTMLElement;
  draw(side: Side, place: PlaceView): void;
  send(line: string): Promise<void>;
}

export function createComposer(
  name: SideName,
  place: () => PlaceView | undefined,
  sent: () => void,
): Composer {
  const list = h("div", { class: "completions", id: `${name}-completions`, role: "listbox" });
  const box = h("input", {
    ...{ type: "text", autocomplete: "off", spellcheck: "false", role: "combobox" },
    ...{ "aria-controls": list.id, "aria-expanded": "false" },
  });
  let picked = -1;
  let draft = "";
  let closed = false;
  const write = (line: string) => {
    box.value = line;
    remember(draft, line);
  };
  const send = async (line: string) => {
    const user = parts[name]?.who.id;
    const channel = place()?.id;
    if (!user || !channel || line.trim() === "") return;
    write("");
    complete();
    sent();
    if ((await ask("write", { user, channel, text: line })) === undefined && box.value === "") write(line);
  };
  const fill = (line: string) => {
    write(line);
    box.focus();
    complete();
  };
  const complete = () => {
    const lines = document.activeElement === box && !closed ? completionsOf(box.value, parts[name]) : [];
    picked = Math.min(picked, lines.length - 1);
    box.setAttribute("aria-expanded", String(lines.length > 0));
    const rows = lines.map((line, n) => ({ ...line, key: line.line, rev: String(n === picked), n }));
    keepInStep(list, rows, ({ line, about, n }) =>
      h(
        "div",
        {
          ...{ class: n === picked ? "picked" : "", role: "option", "aria-selected": String(n === picked) },
          onmousedown: (event: Event) => {
            event.preventDefault();
            fill(line);
          },
        },
        h("code", {}, line.trim()),
        h("span", {}, about),
      ),
    );
  };
  const press = (event: KeyboardEvent) => {
    // The keys are an input method's, as one types Chinese.
    if (event.isComposing) return;
    const lines = closed ? [] : completionsOf(box.value, parts[name]);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const choice = lines[event.key === "Tab" ? Math.max(picked, 0) : picked];
    if (step !== 0 && lines.length > 0) picked = (picked + step + lines.length + 1) % (lines.length + 1);
    else if ((event.key === "Tab" || event.key === "Enter") && choice && choice.line !== box.value) {
      picked = -1;
      event.preventDefault();
      return fill(choice.line);
    } else if (event.key === "Enter") return void send(box.value);
    else if (event.key === "Escape") closed = true;
    else return;
    event.preventDefault();
    complete();
  };
  box.addEventListener("input", () => {
    closed = false;
    write(box.value);
    complete();
  });
  box.addEventListener("focus", complete);
  box.addEventListener("blur", complete);
  box.addEventListener("keydown", press);
  const shortcuts = h("div", { class: "shortcuts" });
  const button = h("button", { type: "button", class: "send", onclick: () => send(box.value) }, "➤");
  return {
    element: h("div", { class: "composer" }, list, shortcuts, box, button),
    draw: ({ words, who }, { id, kind, name: where }) => {
      drawShortcuts(shortcuts, words, who.id);
      box.placeholder = `${words.messageTo} ${kind === "dm" ? where : `#${where}`}`;
      box.ariaLabel = box.placeholder;
      button.ariaLabel = words.send;
      const key = `draft ${who.id} ${id}`;
      if (key === draft) return;
      draft = key;
      box.value = recall(key) ?? "";
    },
    send,
  };
}

/** As behind Slack's + beside the message box. */
function drawShortcuts(list: HTMLElement, words: ChromeWords, user: string): void {
  const rows = (parts.facts?.shortcuts ?? []).map(({ id, name }) => {
    const label = words.shortcut || name;
    return { key: id, rev: `${user} ${label}`, id, label };
  });
  keepInStep(list, rows, ({ id, label }) =>
    h(
      "button",
      {
        ...{ type: "button", class: "shortcut", title: label, "aria-label": label },
        onclick: () => void ask("shortcut", { user, id }),
      },
      "+",
    ),
  );
}

interface Completion {
  line: string;
  about: string;
}

function completionsOf(typed: string, side: Side | undefined): Completion[] {
  if (!typed.startsWith("/") || !side) return [];
  // Slack knows an app's commands by name, and nothing of what may follow one.
  return (parts.facts?.commands ?? [])
    .filter(({ command }) => command.startsWith(typed))
    .map(({ command, description, usage }) => ({
      line: `${command} `,
      about: side.words.command || `${usage} — ${description}`,
    }));
}
