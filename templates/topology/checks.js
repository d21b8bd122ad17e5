// Managed by Podwatch. Changes made here are overwritten.
// What a database says becomes a label, a name or a URL only if it is one; runs inside NGINX (njs).

const PART = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;
// Names that mean something else, or something inside, wherever they are asked.
const INSIDE = ["localhost", "local", "internal", "intranet", "lan", "home", "invalid", "onion", "arpa"];
const URL_PARTS =
  /^(https?):\/\/([A-Za-z0-9._-]+)(:[0-9]{1,5})?(\/[!$%&'()*+,./0-9:;=@A-Z_a-z~-]*)?(\?[!$%&'()*+,./0-9:;=?@A-Z_a-z~-]*)?$/;

// A name of DNS with a dot, never an address: whoever writes into the database may not name what is beside us.
function hostname(given) {
  const name = given.trim().toLowerCase();
  const parts = name.split(".");
  const last = parts[parts.length - 1];
  const isOne =
    name.length <= 253 &&
    parts.length > 1 &&
    parts.every((part) => PART.test(part)) &&
    !/^(\d+|0x[0-9a-f]*)$/.test(last) &&
    INSIDE.indexOf(last) < 0;
  return isOne ? name : undefined;
}

// Without a user, a password or a fragment.
function url(given) {
  const text = given.trim();
  const found = text.length > 1024 ? null : URL_PARTS.exec(text);
  if (found === null) {
    return undefined;
  }
  const name = hostname(found[2]);
  const port = found[3] === undefined ? 1 : Number(found[3].slice(1));
  if (name === undefined || port < 1 || port > 65535) {
    return undefined;
  }
  return `${found[1]}://${name}${found[3] || ""}${found[4] || "/"}${found[5] || ""}`;
}

// Of one line, and seen as it is.
function isControl(character) {
  const code = character.charCodeAt(0);
  return (
    code < 0x20 || (code > 0x7e && code < 0xa0) || [0x2028, 0x2029, 0x202e, 0xfeff, 0xfffd].indexOf(code) >= 0
  );
}

// Any text of one line: quotes, umlauts and markup are what names may have.
function label(given, atMost) {
  const text = given.trim();
  return text === "" || text.length > atMost || text.split("").some(isControl) ? undefined : text;
}

function serviceType(given) {
  const text = given.trim();
  return /^[A-Za-z0-9][A-Za-z0-9._ -]{0,127}$/.test(text) ? text : undefined;
}

function seconds(given) {
  const text = given.trim();
  return /^[0-9]{1,11}$/.test(text) ? Number(text) : undefined;
}

// Of one person, without a name or a comment: it becomes a header of a mail.
function mail(given) {
  const found = /^([A-Za-z0-9][A-Za-z0-9._+-]{0,63})@([A-Za-z0-9.-]{1,253})$/.exec(given.trim());
  const host = found === null ? undefined : hostname(found[2]);
  return host === undefined || /\.\.|\.$/.test(found[1]) ? undefined : `${found[1]}@${host}`;
}

function oneOf(given, words) {
  const text = given.trim();
  return words.indexOf(text) < 0 ? undefined : text;
}

export default { hostname, url, label, serviceType, seconds, mail, oneOf };
