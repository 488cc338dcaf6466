/** Behind the scenes: records and trail as Redis has them, objects as the hub has them, and the jobs that wait. */
import type { KubeObject } from "../../../sandbox/hub/types.ts";
import type { Transition } from "../../../src/domain/audit.ts";
import type { AccessRequest } from "../../../src/domain/request.ts";
import { type PlaygroundContext, recordsOf } from "../../context.ts";
import { isPlaygroundObject } from "../../fixtures/ours.ts";
import { shown } from "../../record/mask.ts";
import { changedBy, changeTitle } from "../../record/titles.ts";
import { nextEnd } from "../../scenarios/clock.ts";
import type { RequestView, ScenesPart } from "../types.ts";

const KEPT = 40;

export async function scenesOf(context: PlaygroundContext): Promise<ScenesPart> {
  const { bot } = context;
  const running = bot.running
    ? { en: `running, process ${bot.pid}`, zh: `在运行，进程 ${bot.pid}` }
    : { en: "not running", zh: "没有运行" };
  const nothing = { requests: [], trail: [], objects: [], jobs: [], nextEnd: undefined, bot: running };
  try {
    const [records, trail, jobs, objects] = await Promise.all([
      recordsOf(context),
      context.redis.trail(),
      context.redis.jobs(),
      context.hub.objects(),
    ]);
    return {
      requests: records
        .slice(-KEPT)
        .reverse()
        .map((record) => requestView(context, record)),
      trail: trail.reverse().map((entry, n) => trailView(context, entry, n)),
      objects: objects.filter(isPlaygroundObject).map(objectView),
      jobs: jobs.map(({ name, id, due }) => ({ key: `${name}-${id}-${due}`, name, id, due })),
      nextEnd: nextEnd(records),
      bot: running,
      missing: undefined,
    };
  } catch (error) {
    return { ...nothing, missing: error instanceof Error ? error.message : String(error) };
  }
}

function requestView(context: PlaygroundContext, r: AccessRequest): RequestView {
  const proof = r.state === "ended" ? { method: r.verification.method, at: r.verification.at } : undefined;
  return {
    id: r.id,
    state: r.state,
    title: {
      en: `${r.role} for ${context.named(r.requester.id)}`,
      zh: `${context.named(r.requester.id)} 的 ${r.role}`,
    },
    expiresAt: "expiresAt" in r ? r.expiresAt : undefined,
    deletedAt: r.state === "ended" ? r.verification.deletedAt : "deletedAt" in r ? r.deletedAt : undefined,
    proof,
    outage: "outage" in r && r.outage !== undefined,
    json: shown(r),
  };
}

function trailView({ named }: PlaygroundContext, change: Transition, n: number) {
  const { id, at, to } = change;
  return { key: `${id}-${at}-${to}-${n}`, at, words: changeTitle(change), who: changedBy(change, named) };
}

function objectView(object: KubeObject) {
  const { metadata, kind } = object;
  const role = (object.roleRef as { name?: string } | undefined)?.name;
  const where = metadata.namespace
    ? { en: `in ${metadata.namespace}`, zh: `在 ${metadata.namespace} 中` }
    : { en: "cluster-wide", zh: "整个集群" };
  return {
    key: metadata.uid,
    kind,
    name: metadata.name,
    about: role ? { en: `${where.en}, to ${role}`, zh: `${where.zh}，绑定 ${role}` } : where,
    json: shown(object),
  };
}
