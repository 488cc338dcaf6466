/** Proof outside the page: curl of one's own against the same Karpor, and the end's verification counted live. */
import type { RequestView } from "../types.ts";
import { copyText } from "./copy.ts";
import { h, type Keyed, keepInStep, plainButton, swap } from "./dom.ts";
import { said, t } from "./language.ts";
import { answers, onAnswer } from "./session.ts";
import { spanText } from "./span.ts";
import { lastToken, now, on, parts, timeText } from "./state.ts";

export function createProof(panel: HTMLElement): void {
  const live = h("div", { class: "live" });
  const ends = h("div", { class: "ends" });
  const outside = h("div", { class: "outside" });
  panel.append(
    h("h2", {}, t("This token, now", "当前令牌")),
    live,
    h("h2", {}, t("Ends and their proof", "结束与证明")),
    ends,
    h("h2", {}, t("In your own terminal", "在你自己的终端里")),
    outside,
  );
  const draw = () => {
    const token = lastToken();
    swap(live, JSON.stringify(answers()), () => [drawLive()]);
    swap(outside, `${token} ${parts.facts?.hub.url}`, () => drawOutside(token));
    drawEnds(ends);
  };
  on("token", draw);
  on("facts", draw);
  on("scenes", draw);
  onAnswer(draw);
  window.setInterval(() => drawEnds(ends), 250);
}

function drawLive(): HTMLElement {
  if (answers().length === 0)
    return h(
      "p",
      { class: "hint" },
      t(
        "Log in on the dashboard: then Karpor is asked with that token every 1.5 s.",
        "请先在控制台登录：之后每 1.5 秒用该令牌请求一次 Karpor。",
      ),
    );
  const rows = answers().map(({ status, at }) =>
    h(
      "li",
      { class: status === 200 ? "good" : "bad" },
      h("b", {}, status === 0 ? t("no answer", "没有响应") : String(status)),
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
          "No access has ended yet. Jump to the end, or press End now.",
          "还没有权限结束。请快进到到期，或点击“立即结束”。",
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

function wordsFor({ deletedAt, proof, isInTrouble }: RequestView): string {
  if (proof && deletedAt !== null) {
    const seconds = ((proof.at - deletedAt) / 1000).toFixed(1);
    const how =
      proof.method === "probe"
        ? t("an unused token of the account got 401", "该账号的一个未用过的令牌得到 401")
        : t("the account is absent", "账号已不存在");
    return t(
      `deleted at ${timeText(deletedAt)}; proved ${seconds} s later: ${how}.`,
      `${timeText(deletedAt)} 删除；${seconds} 秒后证明：${how}。`,
    );
  }
  if (isInTrouble)
    return t("Karpor does not answer; it is tried again until it does.", "Karpor 没有响应，会一直重试。");
  if (deletedAt === null)
    return t("the binding is being deleted, then the account.", "正在删除绑定，然后删除账号。");
  const left = deletedAt + CACHE - now();
  if (left <= 0)
    return t("asking Karpor with a token that nobody has used…", "正在用没人用过的令牌请求 Karpor…");
  return t(
    `deleted. Karpor may remember a token for 10 s, so the proof comes in ${spanText(left)}.`,
    `已删除。Karpor 最多记住令牌 10 秒，${spanText(left)}后得出证明。`,
  );
}

function drawOutside(token: string | undefined): Node[] {
  const hub = parts.facts?.hub;
  if (!hub) return [];
  if (!token)
    return [
      h(
        "p",
        { class: "hint" },
        t("Press Open Karpor: then a curl line is here.", "请先点击“打开 Karpor”：这里会出现 curl 命令。"),
      ),
    ];
  const curl = (bytes: string) =>
    `curl -s -o /dev/null -w '%{http_code}\\n' --cacert ${hub.caFile} -H 'Authorization: Bearer ${bytes}' ${hub.url}/rest-api/v1/authn`;
  const whole = curl(token);
  const copy = plainButton({ class: "copy", onclick: () => copyText(whole, copy) }, t("Copy", "复制"));
  return [
    h("p", {}, t("200 while the access lasts, 401 after its end:", "有效期内返回 200，结束后返回 401：")),
    h("div", { class: "shell" }, copy, h("code", {}, curl(`${token.slice(0, 8)}…${token.slice(-6)}`))),
  ];
}
