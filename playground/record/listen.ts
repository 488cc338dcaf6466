/** Everything that passes is put on the timeline: Slack's payloads and calls, the hub's requests, the bot's log. */
import type { LocalHub } from "../../sandbox/hub/index.ts";
import type { LocalSlack, WorkspaceChange } from "../../sandbox/slack/index.ts";
import type { Transition } from "../../src/domain/audit.ts";
import type { Entry, Timeline } from "./timeline.ts";
import { callTitle, hubTitle, type Named, payloadTitle } from "./titles.ts";

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
      if (entry) timeline.close(entry, error ?? `acknowledged in ${Math.round(ms)} ms`, error !== undefined);
    }
    if (change.kind === "call") {
      const { call } = change;
      // What the transport says to itself tells a visitor nothing.
      if (call.method === "apps.connections.open" || call.method === "auth.test") return;
      const note = call.error ?? "ok";
      timeline.add({
        ...{ lane: "slack", title: callTitle(call, named), note, bad: note !== "ok", detail: call.args },
      });
    }
  });
}

/** `quiet` says whether a request is the page's own. */
export function listenToHub(hub: LocalHub, timeline: Timeline, quiet: (path: string) => boolean): void {
  hub.onRequest(({ method, path, user, status }) => {
    if (user === "karpor-admin" || quiet(path)) return;
    const as = /^system:serviceaccount:karpor-access:/.test(user) ? ", with the token" : "";
    timeline.add({
      lane: "hub",
      title: hubTitle(method, path) + as,
      note: String(status),
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
    const who = /^[UW]/.test(trail.who) ? named(trail.who) : trail.who;
    const why = trail.why ? `, ${trail.why}` : "";
    timeline.add({
      lane: "state",
      title: `${trail.id} ${trail.from ?? "new"} → ${trail.to}`,
      note: `by ${who}${why}`,
      detail: trail,
    });
  } else if (level === "warn" || level === "error")
    timeline.add({ lane: "log", title: msg, note: level, bad: level === "error", detail: parse(line) });
}

function parse(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { level: "error", msg: line };
  }
}
