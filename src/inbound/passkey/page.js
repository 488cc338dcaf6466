/**
 * The page of passkeys, in the browser. It has no words of its own: each answer of the bot is a view, in the reader's
 * language. The link's signed part is after the #, and goes to the bot in the body of a POST alone.
 */
const APPROVE = { first: "/access/approve/terms", then: "/access/approve/sign", device: getAssertion };
const ENROL = { first: "/access/passkey/options", then: "/access/passkey/line", device: createPasskey };
const deed = location.pathname.startsWith("/access/approve/") ? APPROVE : ENROL;

const element = (id) => document.getElementById(id);

function getAssertion(options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return navigator.credentials.get({ publicKey });
}

function createPasskey(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return navigator.credentials.create({ publicKey });
}

async function ask(path, credential) {
  const body = JSON.stringify({ link: location.hash.slice(1), credential });
  const headers = { "content-type": "application/json" };
  const response = await fetch(path, { method: "POST", headers, body });
  if (!response.ok) throw new Error(`the bot answered ${response.status}`);
  return response.json();
}

/** Text only: nothing that the bot sends becomes markup. */
function write(id, text) {
  element(id).textContent = text ?? "";
  element(id).hidden = !text;
}

function writeFacts(facts = []) {
  const parts = facts.flatMap(([label, value]) => {
    const [term, detail] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = label;
    detail.textContent = value;
    return [term, detail];
  });
  element("facts").replaceChildren(...parts);
  element("facts").hidden = parts.length === 0;
}

/** Some browsers inside other apps have no passkeys: then the link is shown, to be opened elsewhere. */
function show(view) {
  const hasPasskeys = typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";
  const isStuck = Boolean(view.options) && !hasPasskeys;
  document.documentElement.lang = view.lang;
  document.title = view.title;
  write("title", view.title);
  writeFacts(view.facts);
  write("text", isStuck ? view.words.elsewhere : view.text);
  write("pressed", view.pressed);
  write("otherwise", view.otherwise);
  const line = isStuck ? location.href : view.line;
  write("line", line);
  write("copy", line && view.words.copy);
  write("sign", isStuck ? null : view.button);
  element("copy").onclick = () => copy(line, view.words);
  element("sign").onclick = () => sign(view);
}

async function copy(text, words) {
  await navigator.clipboard.writeText(text);
  write("status", words.copied);
}

/** What the device says is not shown: it is in its own language, and for programmers. */
const failure = (error, words) =>
  ({ NotAllowedError: words.cancelled, InvalidStateError: words.exists })[error.name] ?? words.failed;

async function sign({ options, words }) {
  element("sign").disabled = true;
  write("status", "");
  try {
    const credential = await deed.device(options);
    await open(deed.then, credential.toJSON());
  } catch (error) {
    write("status", failure(error, words));
  }
  element("sign").disabled = false;
}

async function open(path, credential) {
  try {
    const view = await ask(path, credential);
    write("status", "");
    show(view);
  } catch {
    element("away").hidden = false;
  }
}

window.addEventListener("hashchange", () => location.reload());
await open(deed.first);
