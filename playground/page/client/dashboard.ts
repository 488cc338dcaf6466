/** Stands for Karpor's dashboard, on its own address: keeps its token as Karpor does, and reads pod logs without it. */
import { byId, h, plainButton, swap } from "./dom.ts";
import { forgetToken, keepToken, keptToken } from "./kept.ts";
import { t } from "./language.ts";

const API = "/rest-api/v1";
const LOG = `${API}/insight/aggregator/log/pod/playground/default/web-0`;
const TRIES = [
  { what: t("Read clusters", "查看集群"), method: "GET", path: `${API}/clusters`, without: false },
  // A hub that lets anybody read would else seem to do so because of the token.
  {
    what: t("Read clusters without the token", "不带令牌查看集群"),
    method: "GET",
    path: `${API}/clusters`,
    without: true,
  },
  { what: t("Change clusters", "修改集群"), method: "DELETE", path: `${API}/cluster/web`, without: false },
];
const AGAIN = 1500;

let token = keptToken();
/** Of the last answer to the token: 200, 401, 403; 0 when there was none. */
let last: number | undefined;

/** 0: the hub does not answer, or the gateway says so. */
async function ask(method: string, path: string, bearer: string | undefined): Promise<number> {
  const headers: HeadersInit = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
  const { status } = await fetch(path, { method, headers }).catch(() => ({ status: 0 }));
  return status < 500 ? status : 0;
}

const login = (bearer: string): Promise<number> => ask("GET", `${API}/authn`, bearer);

/** The playground shows beside it what Karpor answers. */
const tell = (status: number | null): void => parent.postMessage({ status }, "*");

/** As people click around. */
async function look(): Promise<void> {
  const asked = token;
  if (asked === undefined || document.hidden) return;
  const status = await login(asked);
  if (token !== asked) return;
  if (status === 401) {
    token = undefined;
    forgetToken();
  }
  // A token that was dead when the page was loaded says nothing.
  if (last !== undefined || status !== 401) tell(status);
  if (status === last) return;
  if (status === 401) drawLogin(last === undefined ? undefined : REFUSED[401]);
  else await drawInside(asked, status);
  last = status;
}

async function watch(): Promise<void> {
  await look();
  window.setTimeout(watch, AGAIN);
}

const REFUSED: Record<number, string> = {
  0: t("Karpor does not answer.", "Karpor 没有响应。"),
  401: t(
    "Karpor answers 401: the token is dead, or none of its own.",
    "Karpor 返回 401：令牌已失效，或不是它签发的。",
  ),
  403: t("Karpor answers 403: the token is bound to no role.", "Karpor 返回 403：令牌没有绑定任何角色。"),
};

function drawHead(isIn: boolean): void {
  const leave = () => {
    token = undefined;
    forgetToken();
    tell(null);
    drawLogin();
  };
  swap(byId("head"), String(isIn), () => [
    h("strong", {}, "Karpor"),
    h("span", { class: "stands" }, t("stand-in dashboard", "模拟的 Karpor 控制台")),
    isIn ? plainButton({ class: "quiet", onclick: leave }, t("Log out", "退出登录")) : "",
  ]);
}

function drawLogin(why?: string): void {
  const box = h("textarea", {
    ...{ rows: "4", spellcheck: "false", "aria-label": t("Token", "令牌") },
    placeholder: t("Paste the token here", "在此粘贴令牌"),
  });
  const enter = async () => {
    const pasted = box.value.trim();
    const status = pasted === "" ? 401 : await login(pasted);
    if (status !== 200) return drawLogin(REFUSED[status]);
    keepToken(pasted);
    location.assign("/insight");
  };
  // A token has no lines.
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    void enter();
  });
  drawHead(false);
  byId("main").replaceChildren(
    h(
      "div",
      { class: "login-box" },
      h("p", { class: "not" }, t("Not logged in. Please enter token to login", "未登录，请输入令牌登录")),
      why !== undefined && h("p", { class: "why", role: "alert" }, why),
      box,
      plainButton({ class: "login", onclick: enter }, t("Log in", "登录")),
    ),
  );
}

async function drawInside(bearer: string, status: number): Promise<void> {
  const rows = TRIES.map(async ({ what, method, path, without }) =>
    drawTry(what, await ask(method, path, without ? undefined : bearer)),
  );
  const log = h("ol", { class: "log" });
  const inside = h(
    "div",
    { class: "insight" },
    status !== 200 && h("p", { class: "gone", role: "alert" }, REFUSED[status]),
    h("table", {}, h("caption", {}, t("Tried at the login", "登录时已尝试")), ...(await Promise.all(rows))),
    h(
      "p",
      { class: "hint" },
      t(
        "Pod log. Karpor fetches it without the token; the gateway adds it:",
        "Pod 日志。Karpor 获取时不带令牌，由网关补上：",
      ),
    ),
    log,
    h(
      "p",
      { class: "hint" },
      t(
        "Let the time run out, or end the access: this page shows when Karpor refuses. The receipt says how often the token was used.",
        "等到期，或提前结束权限：Karpor 一拒绝，这里就会显示。回执会写明令牌使用了几次。",
      ),
    ),
  );
  if (token !== bearer) return;
  drawHead(true);
  byId("main").replaceChildren(inside);
  readLog(log);
}

function drawTry(what: string, status: number): HTMLElement {
  const may = status > 0 && status < 400;
  const answer = may ? t("allowed", "允许") : t("refused", "拒绝");
  const words = status === 0 ? t("no answer", "没有响应") : `${answer} (${status})`;
  return h("tr", {}, h("td", {}, what), h("td", { class: may ? "may" : "may-not" }, words));
}

/** An EventSource sends no Authorization; the gateway makes one of the cookie. */
function readLog(list: HTMLElement): void {
  const stream = new EventSource(LOG);
  stream.onmessage = ({ data }) => list.append(h("li", {}, data));
  // The stand-in's log has an end, and of a refused one there is no line.
  stream.onerror = () => {
    stream.close();
    if (!list.firstChild) list.append(h("li", { class: "may-not" }, t("not shown", "无法显示")));
  };
}

document.documentElement.lang = t("en", "zh-CN");
tell(null);
if (token === undefined) drawLogin();
void watch();
