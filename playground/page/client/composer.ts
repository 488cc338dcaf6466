/** The message box, which completes slash commands as one types. */
import type { PlaceView, Side } from "../types.ts";
import { ask } from "./ask.ts";
import { h, keepInStep, swap } from "./dom.ts";
import { parts, type SideName } from "./state.ts";

export interface Composer {
  element: HTMLElement;
  draw(side: Side, place: PlaceView): void;
  send(line: string): Promise<void>;
  focus(): void;
}

export function createComposer(name: SideName, place: () => PlaceView | undefined): Composer {
  const list = h("div", { class: "completions", id: `${name}-completions`, role: "listbox" });
  const box = h("input", {
    ...{ type: "text", autocomplete: "off", spellcheck: "false", role: "combobox" },
    ...{ "aria-controls": list.id, "aria-expanded": "false", "aria-label": "Message" },
  });
  let picked = -1;
  const send = async (line: string) => {
    const user = parts[name]?.who.id;
    const channel = place()?.id;
    if (!user || !channel || line.trim() === "") return;
    box.value = "";
    complete();
    if ((await ask("write", { user, channel, text: line })) === undefined && box.value === "")
      box.value = line;
  };
  const fill = (line: string) => {
    box.value = line;
    box.focus();
    complete();
  };
  const complete = () => {
    const lines = document.activeElement === box ? completionsOf(box.value) : [];
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
        h("code", {}, line),
        h("span", {}, about),
      ),
    );
  };
  const press = (event: KeyboardEvent) => {
    const lines = completionsOf(box.value);
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    const choice = lines[event.key === "Tab" ? Math.max(picked, 0) : picked];
    if (step !== 0 && lines.length > 0) picked = (picked + step + lines.length + 1) % (lines.length + 1);
    else if ((event.key === "Tab" || event.key === "Enter") && choice && choice.line !== box.value) {
      picked = -1;
      event.preventDefault();
      return fill(choice.line);
    } else if (event.key === "Enter") return void send(box.value);
    else if (event.key === "Escape") box.blur();
    else return;
    event.preventDefault();
    complete();
  };
  box.addEventListener("input", complete);
  box.addEventListener("focus", complete);
  box.addEventListener("blur", complete);
  box.addEventListener("keydown", press);
  const button = h(
    "button",
    { type: "button", class: "send", "aria-label": "Send", onclick: () => send(box.value) },
    "➤",
  );
  return {
    element: h("div", { class: "composer" }, list, box, button),
    draw: ({ words }, { kind, name: where }) => {
      const to = `${words.messageTo} ${kind === "dm" ? where : `#${where}`}`;
      swap(button, "1", () => ["➤"]);
      if (box.placeholder !== to) box.placeholder = to;
    },
    send,
    focus: () => box.focus(),
  };
}

interface Completion {
  line: string;
  about: string;
}

function completionsOf(typed: string): Completion[] {
  if (!typed.startsWith("/")) return [];
  const commands = parts.facts?.commands ?? [];
  return commands.flatMap(({ command, description, usage, examples }) => {
    if (!typed.startsWith(`${command} `))
      return command.startsWith(typed) ? [{ line: `${command} `, about: `${usage} — ${description}` }] : [];
    const rest = typed.slice(command.length + 1);
    if (rest.includes(" ")) return [];
    const fitting = examples.filter((word) => word.startsWith(rest) && word !== rest);
    return fitting.map((word) => ({ line: `${command} ${word}`, about: aboutWord(word) }));
  });
}

const ABOUT: Record<string, string> = {
  status: "what you have open",
  revoke: "end your access",
  help: "what you can ask for",
};

const aboutWord = (word: string): string => ABOUT[word] ?? "a role: then how long, then why";
