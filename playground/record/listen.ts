/** Everything that passes is put on the timeline: Slack's payloads and calls, the hub's requests, the bot's log. */
import type { LocalHub } from "../../sandbox/hub/index.ts";
import type { LocalSlack, WorkspaceChange } from "../../sandbox/slack/index.ts";
import type { Transition } from "../../src/domain/audit.ts";
import { asIs } from "../said.ts";
import type { Entry, Timeline } from "./timeline.ts";
import { callTitle, changedBy, changeTitle, hubTitle, type Named, payloadTitle } from "./titles.ts";

export function listenToSlack(slack: LocalSlack, timeline: Timeline, named: Named): void {
  const open = new WeakMap<object, Entry>();
  slack.onEvent((change: WorkspaceChange) => {
    if (change.kind === "payload") {
      const { sent } = change;
      open.set(sent, timeline.add({ lane: "in", title: payloadTitle(sent, named), detail: sent.payload }));
    }
    if (change.kind === "answer") {
      const { error, ms } = change.answer;
      const entry = open.get(change.sent);
      const took = Math.round(ms);
      const note = error ? asIs(error) : { en: `acknowledged in ${took} ms`, zh: `${took} 毫秒内确认` };
      if (entry) timeline.close(entry, note, error !== undefined);
    }
    if (change.kind === "call") {
      const { call } = change;
      // What the transport says to itself tells a visitor nothing.
      if (call.method === "apps.connections.open" || call.method === "auth.test") return;
      const note = call.error ?? "ok";
      timeline.add({
        lane: "slack",
        title: callTitle(call, named),
        note: asIs(note),
        bad: note !== "ok",
        detail: call.args,
      });
    }
  });
}

/** `quiet` says whether a request is the page's own. */
export function listenToHub(hub: LocalHub, timeline: Timeline, quiet: (path: string) => boolean): void {
  hub.onRequest(({ method, path, user, status }) => {
    if (user === "karpor-admin" || quiet(path)) return;
    const title = hubTitle(method, path);
    const isHolder = /^system:serviceaccount:karpor-access:/.test(user);
    timeline.add({
      lane: "hub",
      title: isHolder ? { en: `${title}, with the token`, zh: `${title}，使用令牌` } : asIs(title),
      note: asIs(String(status)),
      bad: status >= 500,
    });
  });
}

interface LogLine {
  level: string;
  msg: string;
  trail?: Transition;
}

export function readLogLine(line: string, timeline: Timeline, named: Named): void {
  const { level, msg, trail } = parse(line);
  if (trail) {
    timeline.add({
      lane: "state",
      title: changeTitle(trail),
      note: changedBy(trail, named),
      detail: trail,
    });
  } else if (level === "warn" || level === "error")
    timeline.add({
      lane: "log",
      title: asIs(msg),
      note: asIs(level),
      bad: level === "error",
      detail: parse(line),
    });
}

function parse(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { level: "error", msg: line };
  }
}
