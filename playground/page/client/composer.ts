/** The message box, which completes slash commands as one types. */
import type { ChromeWords, PlaceView, Side } from "../types.ts";
import { ask } from "./ask.ts";
import { h, keepInStep, plainButton } from "./dom.ts";
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
  const hint = h("div", { class: "completions" });
  const box = h("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  let draft = "";
  const write = (line: string) => {
    box.value = line;
    remember(draft, line);
    drawHint();
  };
  const send = async (line: string) => {
    const user = parts[name]?.who.id;
    const channel = place()?.id;
    if (!user || !channel || line.trim() === "") return;
    write("");
    sent();
    if ((await ask("write", { user, channel, text: line })) === undefined && box.value === "") write(line);
  };
  const drawHint = () => {
    const command = document.activeElement === box ? completion(box.value) : undefined;
    keepInStep(hint, command ? [{ ...command, key: command.command, rev: name }] : [], ({ command, about }) =>
      plainButton(
        { tabindex: "-1", onmousedown: (event: Event) => fill(event, command) },
        h("code", {}, command),
        h("span", {}, parts[name]?.words.command || about),
      ),
    );
  };
  const fill = (event: Event, command: string) => {
    event.preventDefault();
    write(`${command} `);
  };
  box.addEventListener("input", () => write(box.value));
  box.addEventListener("focus", drawHint);
  box.addEventListener("blur", drawHint);
  box.addEventListener("keydown", (event) => {
    // The keys are an input method's, as one types Chinese.
    if (event.isComposing) return;
    const command = completion(box.value);
    if (event.key === "Tab" && command) fill(event, command.command);
    else if (event.key === "Enter") void send(box.value);
  });
  const shortcuts = h("div", { class: "shortcuts" });
  const button = plainButton({ class: "send", onclick: () => send(box.value) }, "➤");
  return {
    element: h("div", { class: "composer" }, hint, shortcuts, box, button),
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

/** Slack knows an app's commands by name, and nothing of what may follow one. */
function completion(typed: string): { command: string; about: string } | undefined {
  const found = parts.facts?.commands.find(
    ({ command }) => typed.startsWith("/") && command.startsWith(typed) && command !== typed,
  );
  return found && { command: found.command, about: `${found.usage} — ${found.description}` };
}

/** As behind Slack's + beside the message box. */
function drawShortcuts(list: HTMLElement, words: ChromeWords, user: string): void {
  const rows = (parts.facts?.shortcuts ?? []).map(({ id, name }) => {
    const label = words.shortcut || name;
    return { key: id, rev: `${user} ${label}`, id, label };
  });
  keepInStep(list, rows, ({ id, label }) =>
    plainButton(
      {
        ...{ class: "shortcut", title: label, "aria-label": label },
        onclick: () => void ask("shortcut", { user, id }),
      },
      "+",
    ),
  );
}
