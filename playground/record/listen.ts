/** Everything that passes is put on the timeline: Slack's payloads and calls, the hub's requests, trail and log. */
import type { LocalHub } from "../../sandbox/hub/index.ts";
import type { LocalSlack, WorkspaceChange } from "../../sandbox/slack/index.ts";
import type { RedisSide } from "../fixtures/redis.ts";
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

/** Each change of a record. */
export function listenToTrail(redis: RedisSide, timeline: Timeline, named: Named): void {
  redis.onTrail((line) =>
    timeline.add({ lane: "state", title: changeTitle(line), note: changedBy(line, named), detail: line }),
  );
}

interface LogLine {
  level: string;
  msg: string;
}

/** Only what deserves a look. */
export function readLogLine(line: string, timeline: Timeline): void {
  const detail = parse(line);
  const { level, msg } = detail;
  if (level === "warn" || level === "error" || level === "fatal")
    timeline.add({ lane: "log", title: asIs(msg), note: asIs(level), bad: level !== "warn", detail });
}

function parse(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return { level: "error", msg: line };
  }
}
