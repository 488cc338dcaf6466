/** The workspace's answers come in: may this person ask, and can anybody approve? asked → pending | approved | refused. */
import type { RequestId } from "../domain/ids.ts";
import { vetting } from "../domain/policy.ts";
import type { Refusal } from "../domain/refusal.ts";
import { vetted } from "../domain/transitions.ts";
import type { AccessRequest, Ports } from "./ports.ts";
import { enqueue } from "./support/enqueue.ts";

export async function validateRequester(ports: Ports, id: RequestId): Promise<undefined> {
  const request = await ports.requests.get(id);
  if (request?.state !== "requested") return;
  const { name, locale, refusal } = await lookUp(ports, request);
  const next = await ports.requests.update(id, (r) =>
    r.state === "requested" ? vetted(r, { name, locale }, refusal, ports.clock.now()) : null,
  );
  if (next.state === "approved") await enqueue(ports, "provision", next, ports.clock.now());
  if (next.state === "pending") await enqueue(ports, "lapse", next, next.closesAt, next.closesAt);
  await enqueue(ports, "draw", next, ports.clock.now());
}

async function lookUp({ directory, policy }: Ports, request: AccessRequest) {
  const person = request.requester.id;
  const role = policy.roles[request.role];
  const [profile, mayAsk, someone] = await Promise.all([
    directory.person(person),
    role?.requester ? directory.qualifies(person, role.requester.in) : person,
    request.approvers.length === 0 || directory.anyoneBut(person, request.approvers),
  ]);
  const gone: Refusal = { kind: "unknown-role", role: request.role, roles: Object.keys(policy.roles) };
  const refusal = role ? vetting({ profile, role, mayAsk: mayAsk !== null, someone }, request) : gone;
  return { name: profile.name, locale: profile.locale, refusal };
}
