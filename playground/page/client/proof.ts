/** Proof outside the page: curl and kubectl of one's own against the same hub, and the end's verification counted live. */
import type { RequestView } from "../types.ts";
import { copyText } from "./copy.ts";
import { h, type Keyed, keepInStep, swap } from "./dom.ts";
import { countdown } from "./scenes.ts";
import { current, onSession } from "./session.ts";
import { copied, now, on, parts, timeText } from "./state.ts";

export function createProof(panel: HTMLElement): void {
  const live = h("div", { class: "live" });
  const ends = h("div", { class: "ends" });
  const outside = h("div", { class: "outside" });
  panel.append(
    h("h2", {}, "This token, now"),
    live,
    h("h2", {}, "Ends and their proof"),
    ends,
    h("h2", {}, "In your own terminal"),
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
      "Log in on the dashboard: then the hub is asked with that token every 1.5 s.",
    );
  const rows = session.answers.map(({ status, at }) =>
    h(
      "li",
      { class: status === 200 ? "good" : "bad" },
      h("b", {}, status === 0 ? "no answer" : String(status)),
      ` since ${timeText(at)}`,
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
      return h("p", { class: "hint" }, "No access has ended yet. Jump to the end, or release it.");
    return h("p", { class: request.state }, h("b", {}, request.id), ` ${request.title}: ${rev}`);
  });
}

function wordsFor({ deletedAt, proof, outage }: RequestView): string {
  if (proof && deletedAt !== undefined) {
    const seconds = ((proof.at - deletedAt) / 1000).toFixed(1);
    const how = proof.method === "probe" ? "an unused token of the account got 401" : "the account is absent";
    return `off the hub at ${timeText(deletedAt)}; proved ${seconds} s later: ${how}.`;
  }
  if (outage) return "the hub does not answer; it is tried again until it does.";
  if (deletedAt === undefined) return "the binding is being deleted, then the account.";
  const left = deletedAt + CACHE - now();
  const since = Math.max(0, Math.floor((now() - deletedAt) / 1000));
  if (left <= 0) return "asking the hub with a token nobody has used…";
  return `off the hub for ${since} s; it may remember a token for 10 s, so the proof comes in ${countdown(left)}.`;
}

function drawOutside(token: string | undefined): (Node | string)[] {
  const hub = parts.facts?.hub;
  if (!hub) return [];
  const admin = hub.local
    ? [
        h("p", {}, "Look at the hub yourself, as its administrator:"),
        h("p", {}, download("/proof/administrator.kubeconfig", "karpor-hub-administrator.kubeconfig")),
        line("kubectl --kubeconfig karpor-hub-administrator.kubeconfig get serviceaccounts -n karpor-access"),
      ]
    : [];
  if (!token)
    return [
      h("p", { class: "hint" }, "Copy a token first: then its curl line and kubeconfig are here."),
      ...admin,
    ];
  const trust = hub.caFile ? `--cacert ${hub.caFile} ` : "";
  const curl = (bytes: string) =>
    `curl -s -o /dev/null -w '%{http_code}\\n' ${trust}-H 'Authorization: Bearer ${bytes}' ${hub.url}/rest-api/v1/authn`;
  return [
    h("p", {}, "200 while the access lasts, 401 after its end:"),
    line(curl(`${token.slice(0, 8)}…${token.slice(-6)}`), curl(token)),
    h("p", {}, "The same with kubectl, as the holder of the token:"),
    h("p", {}, download(kubeconfigUrl(token), "karpor-holder.kubeconfig")),
    line("kubectl --kubeconfig karpor-holder.kubeconfig get --raw /rest-api/v1/authn"),
    ...admin,
  ];
}

const download = (href: string, name: string): HTMLElement =>
  h("a", { class: "download", href, download: name }, `Download ${name}`);

function line(shown: string, whole = shown): HTMLElement {
  const copy = h("button", { type: "button", class: "copy", onclick: () => copyText(whole, copy) }, "Copy");
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
