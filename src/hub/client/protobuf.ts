/**
 * Lists in the hub's own form, which costs the hub and the bot a fraction of what JSON does. Only what is looked at is
 * taken out: who set which field, half of all bytes, is passed over. The numbers are those of Kubernetes' generated.proto
 * files, which never change.
 */
import type { HubObject, Subject } from "./objects.ts";

export const PROTOBUF = "application/vnd.kubernetes.protobuf";

interface Place {
  from: number;
  to: number;
}

const MAGIC = Buffer.from("k8s\0");
/** Kinds whose items are an object's metadata (1), and of a binding, its subjects (2) and its role (3). */
const BINDINGS: readonly string[] = ["ClusterRoleBindingList", "RoleBindingList"];
const OTHERS: readonly string[] = ["ServiceAccountList", "ClusterRoleList"];

export interface ProtobufList {
  metadata: { continue?: string };
  /** Undefined for what cannot be read, or has no name or no uid. */
  items(): (HubObject | undefined)[];
}

/** Undefined where it is no such list, or not all of it. */
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
  if (!found) return undefined;
  const isBinding = BINDINGS.includes(found.kind);
  if (!isBinding && !OTHERS.includes(found.kind)) return undefined;
  const metadata: ProtobufList["metadata"] = {};
  const items: Place[] = [];
  for (const one = new Fields(bytes, found); one.next(); ) {
    if (one.number === 1) Object.assign(metadata, readListMetadata(bytes, one));
    if (one.number === 2) items.push({ from: one.from, to: one.to });
  }
  return { metadata, items: () => items.map((place) => whole(() => readObject(bytes, place, isBinding))) };
}

function readListMetadata(bytes: Buffer, place: Place): ProtobufList["metadata"] {
  for (const part = new Fields(bytes, place); part.next(); )
    if (part.number === 3 && part.from < part.to) return { continue: part.text() };
  return {};
}

function statusIn(bytes: Buffer): object | undefined {
  const found = readEnvelope(bytes);
  if (found?.kind !== "Status") return undefined;
  const { kind } = found;
  const status = { kind, reason: "", details: { name: "" } };
  for (const one = new Fields(bytes, found); one.next(); ) {
    if (one.number === 4) status.reason = one.text();
    if (one.number === 5)
      for (const part = new Fields(bytes, one); part.next(); )
        if (part.number === 1) status.details.name = part.text();
  }
  return status;
}

/** What it holds, and where; undefined where it is not the hub's. */
function readEnvelope(bytes: Buffer): ({ kind: string } & Place) | undefined {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const found = { kind: "", from: 0, to: 0 };
  for (const one = new Fields(bytes, { from: MAGIC.length, to: bytes.length }); one.next(); ) {
    if (one.number === 1)
      for (const part = new Fields(bytes, one); part.next(); )
        if (part.number === 2) found.kind = part.text();
    if (one.number === 2) Object.assign(found, { from: one.from, to: one.to });
  }
  return found;
}

function readObject(bytes: Buffer, place: Place, isBinding: boolean): HubObject | undefined {
  let metadata: ListedMetadata | undefined;
  const of: Pick<HubObject, "subjects" | "roleRef"> = {};
  const subjects: Subject[] = [];
  if (isBinding) of.subjects = subjects;
  for (const one = new Fields(bytes, place); one.next(); ) {
    if (one.number === 1) metadata = new ListedMetadata(bytes, one);
    if (one.number === 2 && isBinding) subjects.push(readSubject(bytes, one));
    if (one.number === 3 && isBinding) of.roleRef = readRole(bytes, one);
  }
  return metadata?.name && metadata.uid ? { metadata, ...of } : undefined;
}

const [LABELS, ANNOTATIONS] = [11, 12];

/** Labels and annotations are read where somebody asks, and not kept: of nearly every object that is once, or not at all. */
export class ListedMetadata {
  name = "";
  uid = "";
  namespace: string | undefined;
  deletionTimestamp: Date | undefined;
  finalizers: string[] = [];
  readonly #bytes: Buffer;
  readonly #from: number;
  readonly #to: number;
  #createdAt = 0;

  constructor(bytes: Buffer, place: Place) {
    this.#bytes = bytes;
    this.#from = place.from;
    this.#to = place.to;
    for (const one = this.#fields(); one.next(); ) {
      if (one.number === 1) this.name = one.text();
      if (one.number === 3 && one.from < one.to) this.namespace = one.word();
      if (one.number === 5) this.uid = one.text();
      if (one.number === 8) this.#createdAt = readTime(bytes, one);
      if (one.number === 9) this.deletionTimestamp = new Date(readTime(bytes, one));
      if (one.number === 14) this.finalizers.push(one.text());
    }
  }

  get creationTimestamp(): Date {
    return new Date(this.#createdAt);
  }

  get labels(): Record<string, string> {
    return this.#entries(LABELS);
  }

  get annotations(): Record<string, string> {
    return this.#entries(ANNOTATIONS);
  }

  annotation(name: string): string | undefined {
    return whole(() => {
      for (const one = this.#fields(); one.next(); )
        if (one.number === ANNOTATIONS && isKeyOf(this.#bytes, one, name))
          return readEntry(this.#bytes, one)[1];
      return undefined;
    });
  }

  #entries(of: number): Record<string, string> {
    const found: Record<string, string> = {};
    whole(() => {
      for (const one = this.#fields(); one.next(); )
        if (one.number === of) {
          const [key, value] = readEntry(this.#bytes, one);
          found[key] = value;
        }
    });
    return found;
  }

  #fields(): Fields {
    return new Fields(this.#bytes, { from: this.#from, to: this.#to });
  }
}

function readEntry(bytes: Buffer, place: Place): [key: string, value: string] {
  let [key, value] = ["", ""];
  for (const one = new Fields(bytes, place); one.next(); ) {
    if (one.number === 1) key = one.word();
    if (one.number === 2) value = one.text();
  }
  return [key, value];
}

function isKeyOf(bytes: Buffer, place: Place, key: string): boolean {
  for (const one = new Fields(bytes, place); one.next(); ) if (one.number === 1) return one.is(key);
  return false;
}

/** ms since the epoch. */
function readTime(bytes: Buffer, place: Place): number {
  for (const one = new Fields(bytes, place); one.next(); ) if (one.number === 1) return one.value * 1000;
  return 0;
}

function readSubject(bytes: Buffer, place: Place): Subject {
  const subject: Subject = { kind: "", name: "" };
  for (const one = new Fields(bytes, place); one.next(); ) {
    if (one.number === 1) subject.kind = one.word();
    if (one.number === 3) subject.name = one.text();
    if (one.number === 4 && one.from < one.to) subject.namespace = one.word();
  }
  return subject;
}

function readRole(bytes: Buffer, place: Place): NonNullable<HubObject["roleRef"]> {
  const role = { kind: "", name: "" };
  for (const one = new Fields(bytes, place); one.next(); ) {
    if (one.number === 2) role.kind = one.word();
    if (one.number === 3) role.name = one.word();
  }
  return role;
}

/** What stands there most of the time: such a word stood there before. */
const words = new Map<number, string>();

/** The fields of a message, one after the other. */
class Fields {
  number = 0;
  /** Of a number: what it is. */
  value = 0;
  /** Of all else: where it stands. */
  from = 0;
  to = 0;
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer, { from, to }: Place) {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = to;
  }

  /** Throws a RangeError where they do not end where the message does. */
  next(): boolean {
    while (this.#at < this.#end) {
      const tag = this.#varint();
      this.number = tag >>> 3;
      const type = tag & 7;
      if (type === 0) {
        this.value = this.#varint();
        return true;
      }
      if (type === 2) {
        const length = this.#varint();
        this.from = this.#at;
        this.to = this.#at + length;
        if (this.to > this.#end) throw new RangeError("A field is longer than its message.");
        this.#at = this.to;
        return true;
      }
      if (type === 1) this.#at += 8;
      else if (type === 5) this.#at += 4;
      else throw new RangeError(`No field is of type ${type}.`);
    }
    if (this.#at !== this.#end) throw new RangeError("A message ends within a field.");
    return false;
  }

  text(): string {
    return this.#bytes.toString("utf8", this.from, this.to);
  }

  /** The same text; of few there are many. */
  word(): string {
    const { from, to } = this;
    const bytes = this.#bytes;
    const at = ((to - from) * 0x100 + (bytes[from] ?? 0)) * 0x100 + (bytes[to - 1] ?? 0);
    const same = words.get(at);
    if (same !== undefined && this.is(same)) return same;
    const found = this.text();
    words.set(at, found);
    return found;
  }

  is(ascii: string): boolean {
    if (ascii.length !== this.to - this.from) return false;
    for (let i = 0; i < ascii.length; i++)
      if (ascii.charCodeAt(i) !== this.#bytes[this.from + i]) return false;
    return true;
  }

  #varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError("A number has no end.");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }
}
