/** Behind the scenes: the records as Redis has them, objects as the hub has them. */
import type { KubeObject } from "../../../sandbox/hub/types.ts";
import type { Request } from "../../../src/request/record.ts";
import type { PlaygroundContext } from "../../context.ts";
import { isPlaygroundObject } from "../../fixtures/hub.ts";
import { shown } from "../../record/mask.ts";
import type { RequestView, ScenesPart } from "../types.ts";

const KEPT = 40;

export async function scenesOf(context: PlaygroundContext, records: Request[]): Promise<ScenesPart> {
  const { bot, hub } = context;
  return {
    requests: records
      .slice(-KEPT)
      .reverse()
      .map((record) => requestView(context, record)),
    objects: (await hub.objects()).filter(isPlaygroundObject).map(objectView),
    bot: bot.running
      ? { en: `running, process ${bot.pid}`, zh: `在运行，进程 ${bot.pid}` }
      : { en: "not running", zh: "没有运行" },
  };
}

function requestView({ named }: PlaygroundContext, request: Request): RequestView {
  const { id, state, role, requester, approvals, endsAt, ending, outcome, trouble } = request;
  return {
    ...{ id, endsAt, proof: ending?.proof ?? null, deletedAt: ending?.deletedAt ?? null },
    state: state === "closed" && outcome ? outcome.kind : state,
    approvedBy: approvals.map(({ by }) => by),
    title: { en: `${role} for ${named(requester)}`, zh: `${named(requester)} 的 ${role}` },
    isInTrouble: trouble !== null || (ending?.unconfirmedAt ?? null) !== null,
    json: shown(request),
  };
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
