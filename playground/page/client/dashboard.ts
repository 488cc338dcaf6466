/** Stands for Karpor's dashboard: keeps its token where Karpor does, and reads pod logs without it. */
const API = "/rest-api/v1";
const LOG = `${API}/insight/aggregator/log/pod/playground/default/web-0`;
const AGAIN = 1500;
const isChinese = navigator.language.startsWith("zh");
const t = (en: string, zh: string): string => (isChinese ? zh : en);
document.documentElement.lang = t("en", "zh-CN");

const byId = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;

/** As redux-persist writes it. */
const persisted = JSON.parse(localStorage.getItem("persist:root") ?? "{}");
const { isLogin = false } = JSON.parse(persisted.globalSlice ?? "{}");
const token: string | null = isLogin ? localStorage.getItem("token") : null;

function keepToken(kept: string | null): void {
  if (kept === null) localStorage.removeItem("token");
  else localStorage.setItem("token", kept);
  const globalSlice = JSON.stringify({ isLogin: kept !== null });
  localStorage.setItem("persist:root", JSON.stringify({ ...persisted, globalSlice }));
}

/** 502: Karpor doesn't answer. */
async function ask(method: string, path: string, withToken = true): Promise<number> {
  const headers: HeadersInit = withToken ? { authorization: `Bearer ${token}` } : {};
  const { status } = await fetch(API + path, { method, headers }).catch(() => ({ status: 502 }));
  return status;
}

const SAYS: Record<number, string> = {
  200: t("Karpor answers 200: it accepts the token.", "Karpor 返回 200：令牌有效。"),
  401: t("Karpor answers 401: it refuses the token.", "Karpor 返回 401：拒绝该令牌。"),
  403: t("Karpor answers 403: the token has no role.", "Karpor 返回 403：令牌没有任何角色。"),
};

let shown: number | undefined;

/** Asks as often as people click. */
async function watch(): Promise<void> {
  const status = await ask("GET", "/authn");
  if (status !== shown) {
    byId("says").textContent = SAYS[status] ?? t("Karpor doesn’t answer.", "Karpor 没有响应。");
    byId("says").className = status === 200 ? "good" : "bad";
    showPage(status === 401 ? "out" : "in");
    if (status === 200 && shown === undefined) await fillPage();
  }
  shown = status;
  if (status === 401) keepToken(null);
  else window.setTimeout(watch, AGAIN);
}

function showPage(page: "in" | "out"): void {
  byId("in").hidden = page !== "in";
  byId("out").hidden = page !== "out";
}

async function fillPage(): Promise<void> {
  await addTry(t("Read clusters", "查看集群"), "GET", "/clusters");
  // A hub that lets anybody read would do so without the token too.
  await addTry(t("Read clusters without the token", "不带令牌查看集群"), "GET", "/clusters", false);
  await addTry(t("Change clusters", "修改集群"), "DELETE", "/cluster/web");
  // An EventSource sends no token. The gateway makes one of the cookie.
  const stream = new EventSource(LOG);
  stream.onmessage = ({ data }) => addTo("log", "li", data);
  stream.onerror = () => stream.close();
}

async function addTry(what: string, method: string, path: string, withToken = true): Promise<void> {
  const status = await ask(method, path, withToken);
  const answer = status < 400 ? t("allowed", "允许") : t("refused", "拒绝");
  addTo("tries", "li", `${what}: ${answer} (${status})`);
}

function addTo(list: string, tag: string, text: string): void {
  const line = document.createElement(tag);
  line.textContent = text;
  byId(list).append(line);
}

byId("login").addEventListener("submit", (event) => {
  event.preventDefault();
  keepToken(String(new FormData(event.target as HTMLFormElement).get("token")).trim());
  location.assign("/insight");
});
if (token === null) showPage("out");
else void watch();
