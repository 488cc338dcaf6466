/** Behind the scenes: records and trail as Redis has them, objects as the hub has them, and the jobs that wait. */
import type { KubeObject } from "../../../sandbox/hub/types.ts";
import type { Transition } from "../../../src/domain/audit.ts";
import type { AccessRequest } from "../../../src/domain/request.ts";
import { recordsOf, type Stage } from "../../context.ts";
import { isOurs } from "../../fixtures/ours.ts";
import { shown } from "../../record/mask.ts";
import type { RequestView, ScenesPart } from "../types.ts";

const KEPT = 40;

export async function scenesOf(stage: Stage): Promise<ScenesPart> {
  const { bot } = stage;
  const running = bot.running ? `running, process ${bot.pid}` : "not running";
  const nothing = { requests: [], trail: [], objects: [], jobs: [], bot: running };
  try {
    const [records, trail, jobs, objects] = await Promise.all([
      recordsOf(stage),
      stage.redis.trail(),
      stage.redis.jobs(),
      stage.hub.objects(),
    ]);
    return {
      requests: records
        .slice(-KEPT)
        .reverse()
        .map((record) => requestView(stage, record)),
      trail: trail.reverse().map((entry, n) => trailView(stage, entry, n)),
      objects: objects.filter(isOurs).map(objectView),
      jobs: jobs.map(({ name, id, due }) => ({ key: `${name}-${id}-${due}`, name, id, due })),
      bot: running,
      missing: undefined,
    };
  } catch (error) {
    return { ...nothing, missing: error instanceof Error ? error.message : String(error) };
  }
}

function requestView(stage: Stage, r: AccessRequest): RequestView {
  const proof = r.state === "ended" ? { method: r.verification.method, at: r.verification.at } : undefined;
  return {
    id: r.id,
    state: r.state,
    title: `${r.role} for ${stage.named(r.requester.id)}`,
    expiresAt: "expiresAt" in r ? r.expiresAt : undefined,
    deletedAt: r.state === "ended" ? r.verification.deletedAt : "deletedAt" in r ? r.deletedAt : undefined,
    proof,
    outage: "outage" in r && r.outage !== undefined,
    json: shown(r),
  };
}

function trailView({ named }: Stage, { id, at, from, to, who, why }: Transition, n: number) {
  const by = /^[UW][A-Z0-9]+$/.test(who) ? named(who) : who;
  return {
    key: `${id}-${at}-${to}-${n}`,
    at,
    words: `${id} ${from ?? "new"} → ${to}`,
    who: why ? `${by}, ${why}` : by,
  };
}

function objectView(object: KubeObject) {
  const { metadata, kind } = object;
  const role = (object.roleRef as { name?: string } | undefined)?.name;
  const where = metadata.namespace ? `in ${metadata.namespace}` : "cluster-wide";
  return {
    key: metadata.uid,
    kind,
    name: metadata.name,
    about: role ? `${where}, to ${role}` : where,
    json: shown(object),
  };
}
