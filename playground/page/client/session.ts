/** Karpor's dashboard in its frame, and what it tells: what Karpor answers while somebody is logged in. */
import { h } from "./dom.ts";
import { t } from "./language.ts";
import { now, on, parts } from "./state.ts";
import { showColumn, showTab } from "./tabs.ts";

interface Answer {
  /** 0: none. */
  status: number;
  at: number;
}

const frame = h("iframe", { title: t("Karpor’s dashboard, a stand-in", "模拟的 Karpor 控制台") });
const listeners = new Set<() => void>();
let session: Answer[] = [];

/** Each answer that differed from the one before, oldest first; none before a login. */
export const answers = (): readonly Answer[] => session;
export const onAnswer = (listener: () => void): void => void listeners.add(listener);

export function createDashboardPanel(panel: HTMLElement): void {
  panel.append(frame);
  on("facts", () => {
    if (!frame.src) lead("/insight");
  });
  window.addEventListener("message", ({ source, data }) => {
    if (source === frame.contentWindow) hear(data.status);
  });
}

/** Leads the frame to a path of the dashboard, and shows it. */
export function openDashboard(path: string): void {
  lead(path);
  showTab("dashboard");
  showColumn("tools");
  frame.focus();
}

/** By the name that this page was opened by: cookies go to no other site's frame. */
function lead(path: string): void {
  const url = new URL(path, parts.facts?.dashboard);
  url.hostname = location.hostname;
  frame.src = url.href;
}

/** Null: nobody is logged in any more, or somebody else. */
function hear(status: number | null): void {
  if (status === null) session = [];
  else if (session.at(-1)?.status !== status) session = [...session, { status, at: now() }];
  for (const listener of listeners) listener();
}
