/**
 * Lists in the hub's own form, which costs the hub and the bot a fraction of what JSON does. Only what is looked at is
 * taken out: who set which field, half of all bytes, is passed over. The numbers are those of Kubernetes' generated.proto
 * files, which never change.
 */
import type { HubObject, Subject } from "./objects.ts";

export const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** Of a message: where it stands. Of a number: what it is. */
type Take = (field: number, from: number, to: number) => void;

const MAGIC = Buffer.from("k8s\0");
/** Kinds whose items are an object's metadata (1), and of a binding, its subjects (2) and its role (3). */
const BINDINGS: readonly string[] = ["ClusterRoleBindingList", "RoleBindingList"];
const OTHERS: readonly string[] = ["ServiceAccountList", "ClusterRoleList"];

export interface ProtobufList {
  metadata: { continue?: string; resourceVersion?: string };
  /** Undefined for what has no name or no uid. */
  items: (HubObject | undefined)[];
}

/** Undefined where it is no such list. */
export const readList = (bytes: Buffer): ProtobufList | undefined => whole(() => listIn(bytes));
/** What the hub says of why not; undefined where it is no Status. */
export const readStatus = (bytes: Buffer): object | undefined => whole(() => statusIn(bytes));

function whole<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function listIn(bytes: Buffer): ProtobufList | undefined {
  const found = readEnvelope(bytes);
  const isBinding = found && BINDINGS.includes(found.kind);
  if (!found || !(isBinding || OTHERS.includes(found.kind))) return undefined;
  const list: ProtobufList = { metadata: {}, items: [] };
  fields(bytes, found.from, found.to, (field, from, to) => {
    if (field === 1)
      fields(bytes, from, to, (part, at, end) => {
        if (part === 2) list.metadata.resourceVersion = text(bytes, at, end);
        if (part === 3 && at < end) list.metadata.continue = text(bytes, at, end);
      });
    if (field === 2) list.items.push(readObject(bytes, from, to, isBinding === true));
  });
  return list;
}

function statusIn(bytes: Buffer): object | undefined {
  const found = readEnvelope(bytes);
  if (found?.kind !== "Status") return undefined;
  const { kind } = found;
  const status = { kind, reason: "", details: { name: "" } };
  fields(bytes, found.from, found.to, (field, from, to) => {
    if (field === 4) status.reason = text(bytes, from, to);
    if (field === 5)
      fields(bytes, from, to, (part, at, end) => {
        if (part === 1) status.details.name = text(bytes, at, end);
      });
  });
  return status;
}

/** What it holds, and where; undefined where it is not the hub's. */
function readEnvelope(bytes: Buffer): { kind: string; from: number; to: number } | undefined {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const found = { kind: "", from: 0, to: 0 };
  fields(bytes, MAGIC.length, bytes.length, (field, from, to) => {
    if (field === 1)
      fields(bytes, from, to, (part, at, end) => {
        if (part === 2) found.kind = text(bytes, at, end);
      });
    if (field === 2) Object.assign(found, { from, to });
  });
  return found;
}

function readObject(bytes: Buffer, start: number, stop: number, isBinding: boolean): HubObject | undefined {
  const object: Partial<HubObject> = isBinding ? { subjects: [] } : {};
  fields(bytes, start, stop, (field, from, to) => {
    if (field === 1) object.metadata = readMetadata(bytes, from, to);
    if (field === 2 && isBinding) object.subjects?.push(readSubject(bytes, from, to));
    if (field === 3 && isBinding) object.roleRef = readRole(bytes, from, to);
  });
  const { metadata } = object;
  return metadata?.name && metadata.uid ? { ...object, metadata } : undefined;
}

function readMetadata(bytes: Buffer, start: number, stop: number): HubObject["metadata"] {
  const labels: Record<string, string> = {};
  const noted: (readonly [number, number])[] = [];
  const metadata = {
    ...{ name: "", uid: "", creationTimestamp: new Date(0), finalizers: [] as string[] },
    labels,
    /** Read where somebody asks: of nearly every account nobody does. */
    get annotations() {
      const annotations: Record<string, string> = {};
      for (const [from, to] of noted) readEntry(bytes, from, to, annotations);
      return annotations;
    },
  } as HubObject["metadata"];
  fields(bytes, start, stop, (field, from, to) => {
    if (field === 1) metadata.name = text(bytes, from, to);
    if (field === 3 && from < to) metadata.namespace = text(bytes, from, to);
    if (field === 5) metadata.uid = text(bytes, from, to);
    if (field === 8) metadata.creationTimestamp = readTime(bytes, from, to);
    if (field === 9) metadata.deletionTimestamp = readTime(bytes, from, to);
    if (field === 11) readEntry(bytes, from, to, labels);
    if (field === 12) noted.push([from, to]);
    if (field === 14) metadata.finalizers.push(text(bytes, from, to));
  });
  return metadata;
}

function readEntry(bytes: Buffer, start: number, stop: number, into: Record<string, string>): void {
  let key = "";
  let value = "";
  fields(bytes, start, stop, (field, from, to) => {
    if (field === 1) key = word(bytes, from, to);
    if (field === 2) value = text(bytes, from, to);
  });
  into[key] = value;
}

function readTime(bytes: Buffer, start: number, stop: number): Date {
  let seconds = 0;
  fields(bytes, start, stop, (field, value) => {
    if (field === 1) seconds = value;
  });
  return new Date(seconds * 1000);
}

function readSubject(bytes: Buffer, start: number, stop: number): Subject {
  const subject: Subject = { kind: "", name: "" };
  fields(bytes, start, stop, (field, from, to) => {
    if (field === 1) subject.kind = text(bytes, from, to);
    if (field === 3) subject.name = text(bytes, from, to);
    if (field === 4 && from < to) subject.namespace = text(bytes, from, to);
  });
  return subject;
}

function readRole(bytes: Buffer, start: number, stop: number): NonNullable<HubObject["roleRef"]> {
  const role = { kind: "", name: "" };
  fields(bytes, start, stop, (field, from, to) => {
    if (field === 2) role.kind = text(bytes, from, to);
    if (field === 3) role.name = text(bytes, from, to);
  });
  return role;
}

/** What stands there most of the time: such a word stood there before. */
const words = new Map<number, string>();

function word(bytes: Buffer, from: number, to: number): string {
  const at = ((to - from) * 0x100 + (bytes[from] ?? 0)) * 0x100 + (bytes[to - 1] ?? 0);
  const same = words.get(at);
  if (same !== undefined && isAt(same, bytes, from, to)) return same;
  const found = text(bytes, from, to);
  words.set(at, found);
  return found;
}

function isAt(same: string, bytes: Buffer, from: number, to: number): boolean {
  if (same.length !== to - from) return false;
  for (let i = 0; i < same.length; i++) if (same.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}

const text = (bytes: Buffer, from: number, to: number): string => bytes.toString("utf8", from, to);

/** Throws a RangeError where they do not end where the message does. */
function fields(bytes: Buffer, from: number, to: number, take: Take): void {
  const cursor = { at: from };
  while (cursor.at < to) {
    const tag = number(bytes, cursor);
    const type = tag & 7;
    if (type === 0) take(tag >>> 3, number(bytes, cursor), 0);
    else if (type === 1) cursor.at += 8;
    else if (type === 5) cursor.at += 4;
    else if (type === 2) {
      const end = number(bytes, cursor) + cursor.at;
      if (end > to) throw new RangeError("A field is longer than its message.");
      take(tag >>> 3, cursor.at, end);
      cursor.at = end;
    } else throw new RangeError(`No field is of type ${type}.`);
  }
  if (cursor.at !== to) throw new RangeError("A message ends within a field.");
}

function number(bytes: Buffer, cursor: { at: number }): number {
  let value = 0;
  for (let scale = 1; ; scale *= 0x80) {
    const byte = bytes[cursor.at++];
    if (byte === undefined) throw new RangeError("A number has no end.");
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
}
