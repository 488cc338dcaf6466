/** Making a grant's objects, side by side; what stands already is compared, never assumed to be ours. */
import { GrantFailed, type GrantMade, type In } from "../../flow/ports.ts";
import { isAbsence, isStatus } from "../client/errors.ts";
import { readAnnotations } from "./annotations.ts";
import { type Hub, readAccount, readBinding } from "./find.ts";
import { Metadata } from "./names.ts";
import { account, binding, wrongAccount, wrongBinding } from "./objects.ts";
import { deleteAccount, deleteBinding } from "./remove.ts";
import { noRole, type RoleWatch } from "./roles.ts";

type Request = In<"approved" | "delivering">;

interface Made {
  metadata: Metadata;
  /** By this call, not by an earlier one. */
  now: boolean;
}

export async function createGrant(
  hub: Hub,
  roles: RoleWatch,
  request: Request,
  signal: AbortSignal,
  onceOurs: () => Promise<unknown> = async () => {},
): Promise<GrantMade> {
  const account = makeAccount(hub, request, signal);
  const [a, b, role] = await Promise.allSettled([
    account,
    makeBinding(hub, request, signal),
    roles.exists(request.clusterRole, signal),
    account.then(onceOurs),
  ]);
  if (a.status === "fulfilled" && b.status === "fulfilled" && role.status === "fulfilled")
    return {
      accountUid: a.value.metadata.uid,
      bindingUid: b.value.metadata.uid,
      tokenMessage: readAnnotations(a.value.metadata.annotations)?.tokenMessage ?? null,
    };
  const errors = [a, b, role].flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  const final = errors.find((error) => error instanceof GrantFailed);
  if (!final) throw errors[0];
  if (b.status === "fulfilled" && b.value.now)
    await attempt(deleteBinding(hub, request, b.value.metadata.uid, signal));
  if (a.status === "fulfilled" && a.value.now)
    await attempt(deleteAccount(hub, request, a.value.metadata.uid, signal));
  throw final;
}

// The end that follows a failure removes what is left here.
const attempt = (work: Promise<void>) => work.catch(() => {});

async function makeAccount(hub: Hub, request: Request, signal: AbortSignal): Promise<Made> {
  const { client, namespace } = hub;
  const body = account(hub, request);
  const make = client.call(`create ServiceAccount ${body.metadata.name}`, signal, async (api) =>
    Metadata.parse((await api.createServiceAccount({ namespace, body })).metadata),
  );
  return settle(make, async () => {
    const found = await readAccount(hub, request, signal);
    return found && { metadata: found, wrong: wrongAccount(hub, request, found) };
  });
}

async function makeBinding(hub: Hub, request: Request, signal: AbortSignal): Promise<Made> {
  const { client } = hub;
  const body = binding(hub, request, request.clusterRole);
  const make = client.call(`create ClusterRoleBinding ${body.metadata.name}`, signal, async (api) =>
    Metadata.parse((await api.createClusterRoleBinding(body)).metadata),
  );
  return settle(make, async () => {
    const found = await readBinding(hub, request, signal);
    return (
      found && { metadata: found.metadata, wrong: wrongBinding(hub, request, request.clusterRole, found) }
    );
  }).catch((error) => {
    // Of the role to bind, the hub says it as of a binding.
    throw isAbsence(error, request.clusterRole) ? noRole(request.clusterRole) : error;
  });
}

type Look = () => Promise<{ metadata: Metadata; wrong: string | null } | null>;

async function settle(make: Promise<Metadata>, look: Look): Promise<Made> {
  try {
    return { metadata: await make, now: true };
  } catch (error) {
    if (isStatus(error, 403)) throw new GrantFailed("hub-refuses", error.message);
    if (!isStatus(error, 409)) throw error;
    const found = await look();
    // Gone again between the two calls: the next try will tell.
    if (!found) throw error;
    if (found.wrong) throw new GrantFailed("name-taken", found.wrong);
    return { metadata: found.metadata, now: false };
  }
}
