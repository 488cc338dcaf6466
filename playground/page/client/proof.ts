/** Proof outside the page: curl and kubectl of one's own against the same hub, and the end's verification counted live. */
import type { RequestView } from "../types.ts";
import { copyText } from "./copy.ts";
import { h, type Keyed, keepInStep, swap } from "./dom.ts";
import { said, t } from "./language.ts";
import { countdown } from "./scenes.ts";
import { current, onSession } from "./session.ts";
import { copied, now, on, parts, timeText } from "./state.ts";

export function createProof(panel: HTMLElement): void {
  const live = h("div", { class: "live" });
  const ends = h("div", { class: "ends" });
  const outside = h("div", { class: "outside" });
  panel.append(
    h("h2", {}, t("This token, now", "此刻的令牌")),
    live,
    h("h2", {}, t("Ends and their proof", "结束与证明")),
    ends,
    h("h2", {}, t("In your own terminal", "在你自己的终端里")),
    outside,
  );
  const draw = () => {
    const token = current()?.token ?? copied.token;
    const session = current();
    swap(live, JSON.stringify(session?.answers ?? null), () => [drawLive()]);
    swap(outside, `${token} ${parts.facts?.hub.url}`, () => drawOutside(token));
    drawEnds(ends);
  };
  on("copied", draw);
  on("facts", draw);
  on("scenes", draw);
  onSession(draw);
  window.setInterval(() => drawEnds(ends), 250);
}

function drawLive(): HTMLElement {
  const session = current();
  if (!session)
    return h(
      "p",
      { class: "hint" },
      t(
        "Log in on the dashboard: then the hub is asked with that token every 1.5 s.",
        "先在控制台登录：之后每 1.5 秒用该令牌问一次集群。",
      ),
    );
  const rows = session.answers.map(({ status, at }) =>
    h(
      "li",
      { class: status === 200 ? "good" : "bad" },
      h("b", {}, status === 0 ? t("no answer", "没有应答") : String(status)),
      t(` since ${timeText(at)}`, ` 自 ${timeText(at)} 起`),
    ),
  );
  return h("ol", { class: "answers" }, ...rows);
}

/** Seconds count down to the moment at which a refusal proves something. */
const CACHE = 11_000;

function drawEnds(list: HTMLElement): void {
  const ending = (parts.scenes?.requests ?? []).filter(
    ({ state }) => state === "ending" || state === "ended",
  );
  const rows: (Keyed & { request?: RequestView })[] = ending
    .slice(0, 5)
    .map((request) => ({ key: request.id, rev: wordsFor(request), request }));
  if (rows.length === 0) rows.push({ key: "none", rev: "none" });
  keepInStep(list, rows, ({ request, rev }) => {
    if (!request)
      return h(
        "p",
        { class: "hint" },
        t(
          "No access has ended yet. Jump to the end, or release it.",
          "还没有权限结束。请跳到到期，或提前结束。",
        ),
      );
    return h(
      "p",
      { class: request.state },
      h("b", {}, request.id),
      ` ${said(request.title)}${t(": ", "：")}${rev}`,
    );
  });
}

function wordsFor({ deletedAt, proof, outage }: RequestView): string {
  if (proof && deletedAt !== undefined) {
    const seconds = ((proof.at - deletedAt) / 1000).toFixed(1);
    const how =
      proof.method === "probe"
        ? t("an unused token of the account got 401", "该账号一个未用过的令牌得到 401")
        : t("the account is absent", "账号已不存在");
    return t(
      `off the hub at ${timeText(deletedAt)}; proved ${seconds} s later: ${how}.`,
      `${timeText(deletedAt)} 从集群删除；${seconds} 秒后证明：${how}。`,
    );
  }
  if (outage)
    return t("the hub does not answer; it is tried again until it does.", "集群没有应答；会一直重试。");
  if (deletedAt === undefined)
    return t("the binding is being deleted, then the account.", "正在删除绑定，然后删除账号。");
  const left = deletedAt + CACHE - now();
  const since = Math.max(0, Math.floor((now() - deletedAt) / 1000));
  if (left <= 0) return t("asking the hub with a token nobody has used…", "正在用没人用过的令牌询问集群…");
  return t(
    `off the hub for ${since} s; it may remember a token for 10 s, so the proof comes in ${countdown(left)}.`,
    `已从集群删除 ${since} 秒；它最多记住令牌 10 秒，${countdown(left)}后得出证明。`,
  );
}

function drawOutside(token: string | undefined): (Node | string)[] {
  const hub = parts.facts?.hub;
  if (!hub) return [];
  const admin = hub.local
    ? [
        h("p", {}, t("Look at the hub yourself, as its administrator:", "以管理员身份亲自查看集群：")),
        h("p", {}, download("/proof/administrator.kubeconfig", "karpor-hub-administrator.kubeconfig")),
        line("kubectl --kubeconfig karpor-hub-administrator.kubeconfig get serviceaccounts -n karpor-access"),
      ]
    : [];
  if (!token)
    return [
      h(
        "p",
        { class: "hint" },
        t(
          "Copy a token first: then its curl line and kubeconfig are here.",
          "请先复制令牌：这里会出现 curl 命令和 kubeconfig。",
        ),
      ),
      ...admin,
    ];
  const trust = hub.caFile ? `--cacert ${hub.caFile} ` : "";
  const curl = (bytes: string) =>
    `curl -s -o /dev/null -w '%{http_code}\\n' ${trust}-H 'Authorization: Bearer ${bytes}' ${hub.url}/rest-api/v1/authn`;
  return [
    h("p", {}, t("200 while the access lasts, 401 after its end:", "有效期内返回 200，结束后返回 401：")),
    line(curl(`${token.slice(0, 8)}…${token.slice(-6)}`), curl(token)),
    h(
      "p",
      {},
      t("The same with kubectl, as the holder of the token:", "以令牌持有人身份用 kubectl 做同样的事："),
    ),
    h("p", {}, download(kubeconfigUrl(token), "karpor-holder.kubeconfig")),
    line("kubectl --kubeconfig karpor-holder.kubeconfig get --raw /rest-api/v1/authn"),
    ...admin,
  ];
}

const download = (href: string, name: string): HTMLElement =>
  h("a", { class: "download", href, download: name }, t(`Download ${name}`, `下载 ${name}`));

function line(shown: string, whole = shown): HTMLElement {
  const copy = h(
    "button",
    { type: "button", class: "copy", onclick: () => copyText(whole, copy) },
    t("Copy", "复制"),
  );
  return h("div", { class: "shell" }, copy, h("code", {}, shown));
}

let made: string | undefined;

function kubeconfigUrl(token: string): string {
  const { url = "", ca } = parts.facts?.hub ?? {};
  const trust = ca ? { "certificate-authority-data": btoa(ca) } : {};
  const config = {
    ...{ apiVersion: "v1", kind: "Config", "current-context": "hub" },
    clusters: [{ name: "hub", cluster: { server: url, ...trust } }],
    users: [{ name: "holder", user: { token } }],
    contexts: [{ name: "hub", context: { cluster: "hub", user: "holder" } }],
  };
  if (made) URL.revokeObjectURL(made);
  made = URL.createObjectURL(new Blob([JSON.stringify(config, null, 2)], { type: "application/yaml" }));
  return made;
}
