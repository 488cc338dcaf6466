/** The stand-in for Karpor's dashboard: its token box, what the role may see, and what Karpor says when the token is dead. */
import type { DashboardVisit } from "../types.ts";
import { toast } from "./ask.ts";
import { h, swap } from "./dom.ts";
import { said, t } from "./language.ts";
import { current, logIn, logOut, onSession, type Session } from "./session.ts";
import { copied, on, timeText } from "./state.ts";

export function createDashboardPanel(panel: HTMLElement): void {
  const box = h("textarea", {
    rows: "4",
    placeholder: t("Paste the token here", "在此粘贴令牌"),
    "aria-label": t("Token", "令牌"),
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
  const role = session?.seen.role ?? t("no role", "没有角色");
  return h(
    "header",
    { class: "karpor" },
    h("strong", {}, "Karpor"),
    h("span", { class: "stands" }, t("stand-in dashboard", "模拟的 Karpor 控制台")),
    session && h("span", { class: "role" }, role),
    session && h("button", { type: "button", class: "quiet", onclick: logOut }, t("Log out", "退出登录")),
  );
}

function outside(box: HTMLTextAreaElement, session: Session | undefined): HTMLElement {
  const paste = copied.token !== undefined;
  const enter = async () => {
    const token = box.value.trim() || copied.token || "";
    if (token === "")
      return toast(
        t(
          "Copy the token from the direct message first, then paste it here.",
          "请先从私信里复制令牌，再粘贴到这里。",
        ),
      );
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
    h("p", { class: "not" }, t("Not logged in. Please enter token to login", "未登录，请输入令牌登录")),
    last &&
      h(
        "p",
        { class: "why" },
        last.status === 0
          ? t("Karpor does not answer.", "Karpor 没有应答。")
          : t(
              `Karpor answered ${last.status} at ${timeText(last.at)}. Its dashboard says no more than this.`,
              `Karpor 在 ${timeText(last.at)} 返回 ${last.status}。它的控制台也只说这么多。`,
            ),
      ),
    box,
    h(
      "button",
      { type: "button", class: "login", onclick: enter },
      paste ? t("Paste and log in", "粘贴并登录") : t("Log in", "登录"),
    ),
    !paste &&
      h(
        "p",
        { class: "hint" },
        t(
          "The token arrives in the requester’s direct message once somebody approves.",
          "批准后，令牌会发到申请人的私信里。",
        ),
      ),
  );
}

const refused = ({ status }: DashboardVisit): string => {
  if (status === 401)
    return t(
      "Karpor answers 401: this token is dead, or none of its own.",
      "Karpor 返回 401：令牌已失效，或不是它签发的。",
    );
  if (status === 0) return t("Karpor does not answer.", "Karpor 没有应答。");
  return t(
    `Karpor answers ${status}: the token is known, but no role is bound to it.`,
    `Karpor 返回 ${status}：令牌有效，但没有绑定任何角色。`,
  );
};

function inside({ seen, answers }: Session): HTMLElement {
  const gone = seen.status !== 200;
  return h(
    "div",
    { class: "insight" },
    h(
      "p",
      { class: "who" },
      t("Logged in as ", "已登录："),
      h("code", {}, seen.account ?? t("nobody", "无")),
    ),
    gone &&
      h(
        "p",
        { class: "gone" },
        t(
          `Karpor answers ${seen.status === 0 ? "nothing" : seen.status} since ${timeText(answers.at(-1)?.at ?? seen.at)}.`,
          `自 ${timeText(answers.at(-1)?.at ?? seen.at)} 起 Karpor ${seen.status === 0 ? "没有应答" : `返回 ${seen.status}`}。`,
        ),
      ),
    h(
      "table",
      {},
      h("caption", {}, t("Tried at the login", "登录时试过")),
      ...seen.tried.map(({ what, status: then, without }) => {
        const status = gone && !without ? seen.status : then;
        const may = status < 400 && status > 0;
        return h(
          "tr",
          {},
          h("td", {}, said(what)),
          h(
            "td",
            { class: may ? "may" : "may-not" },
            `${may ? t("allowed", "允许") : t("refused", "拒绝")} (${status})`,
          ),
        );
      }),
    ),
    h(
      "p",
      { class: "hint" },
      t(
        "Let the time run out, or end the access sooner: this page notices when Karpor does.",
        "等时间用完，或提前结束权限：Karpor 一拒绝，这里就会显示。",
      ),
      t(" The receipt says how often the token was used.", "回执会写明令牌使用了几次。"),
    ),
  );
}
