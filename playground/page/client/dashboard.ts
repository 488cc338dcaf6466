/** Stands for Karpor: its token box, what the role may see, and what Karpor says when the token is dead. */
import type { DashboardVisit } from "../types.ts";
import { toast } from "./ask.ts";
import { h, swap } from "./dom.ts";
import { current, logIn, logOut, onSession, type Session } from "./session.ts";
import { copied, on, timeText } from "./state.ts";

export function createDashboardPanel(panel: HTMLElement): void {
  const box = h("textarea", {
    rows: "4",
    placeholder: "Paste the token here",
    "aria-label": "Token",
    spellcheck: "false",
  });
  const draw = () => {
    const session = current();
    const open = session && !session.over;
    const rev = open
      ? `in ${JSON.stringify(session.seen)}`
      : `out ${session?.over} ${copied.token === undefined}`;
    swap(panel, rev, () => [
      head(open ? session : undefined),
      open ? inside(session) : outside(box, session),
    ]);
  };
  on("copied", draw);
  onSession(draw);
  draw();
}

function head(session: Session | undefined): HTMLElement {
  const role = session?.seen.role ?? "no role";
  return h(
    "header",
    { class: "karpor" },
    h("strong", {}, "Karpor"),
    h("span", { class: "stands" }, "stands for yours"),
    session && h("span", { class: "role" }, role),
    session && h("button", { type: "button", class: "quiet", onclick: logOut }, "Log out"),
  );
}

function outside(box: HTMLTextAreaElement, session: Session | undefined): HTMLElement {
  const paste = copied.token !== undefined;
  const enter = async () => {
    const token = box.value.trim() || copied.token || "";
    if (token === "") return toast("Copy the token from the direct message first, then paste it here.");
    box.value = "";
    const seen = await logIn(token);
    if (seen && seen.status !== 200) toast(refused(seen));
  };
  // A token has no lines.
  box.onkeydown = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    void enter();
  };
  const last = session?.over ? session.answers.at(-1) : undefined;
  return h(
    "div",
    { class: "login-box" },
    h("p", { class: "not" }, "Not logged in. Please enter token to login"),
    last &&
      h(
        "p",
        { class: "why" },
        last.status === 0
          ? "The hub does not answer."
          : `The hub answered ${last.status} at ${timeText(last.at)}. Karpor itself says no more than this.`,
      ),
    box,
    h("button", { type: "button", class: "login", onclick: enter }, paste ? "Paste and log in" : "Log in"),
    !paste &&
      h(
        "p",
        { class: "hint" },
        "The token arrives in the requester’s direct message once somebody approves.",
      ),
  );
}

const refused = ({ status }: DashboardVisit): string => {
  if (status === 401) return "The hub answers 401: this token is dead, or none of its own.";
  if (status === 0) return "The hub does not answer.";
  if (status === 404) return "The hub knows the token. It is a plain API server, without Karpor’s own paths.";
  return `The hub answers ${status}: the token is known, but no role is bound to it.`;
};

function inside({ seen, answers }: Session): HTMLElement {
  const gone = seen.status !== 200;
  return h(
    "div",
    { class: "insight" },
    h("p", { class: "who" }, "Logged in as ", h("code", {}, seen.account ?? "nobody")),
    gone &&
      h(
        "p",
        { class: "gone" },
        `The hub answers ${seen.status === 0 ? "nothing" : seen.status} since ${timeText(answers.at(-1)?.at ?? seen.at)}.`,
      ),
    h(
      "table",
      {},
      h("caption", {}, "Tried with this token, just now"),
      ...seen.tried.map(({ what, status }) => {
        const may = status < 400 && status > 0 && !gone;
        return h(
          "tr",
          {},
          h("td", {}, what),
          h(
            "td",
            { class: may ? "may" : "may-not" },
            `${may ? "allowed" : "refused"} (${gone ? seen.status : status})`,
          ),
        );
      }),
    ),
    h(
      "p",
      { class: "hint" },
      "Let the time run out, release the access or revoke it: this page notices when the hub does.",
    ),
  );
}
