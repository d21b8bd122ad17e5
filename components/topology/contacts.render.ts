// Renders how the contacts of sites are asked for, and how Alertmanager is told of them.
import { type NamedSecret, secretFile } from "../../lib/auth";
import { urlOf } from "../../lib/endpoint";
import { CONFIG_DIRECTORY } from "../../lib/service";
import { ALERTMANAGER_ENDPOINT } from "../alertmanager/endpoint";
import { CONTACTS_FILE, CONTACTS_TEMPLATE, TOPOLOGY } from "./endpoint";

/** One of two ways to log in. */
export interface Contacts<Secret = unknown> {
  readonly certificate?: string | undefined;
  readonly key?: Secret | undefined;
  readonly bearerToken?: Secret | undefined;
  readonly roles: readonly string[];
}

interface Asked {
  /** Of the database's interface; absent: there is none. */
  readonly url?: string | undefined;
  readonly contacts?: Contacts | undefined;
}

const CONTACTS_KEY = `${TOPOLOGY}-contacts-key`;
const CONTACTS_TOKEN = `${TOPOLOGY}-contacts-token`;

/** What the container reads from files. */
export function contactsSecrets<Secret>({
  key,
  bearerToken,
}: Partial<Contacts<Secret>>): Array<NamedSecret<Secret>> {
  return [
    ...(key === undefined ? [] : [{ name: CONTACTS_KEY, value: key }]),
    ...(bearerToken === undefined ? [] : [{ name: CONTACTS_TOKEN, value: bearerToken }]),
  ];
}

/** The scripts cannot show a certificate, so NGINX asks in their place, of its own container only. */
const PRIVATE_PORT = 9112;

/** The server that asks with the certificate; undefined: none does. */
export function contactsServer({ url, contacts }: Asked) {
  if (url === undefined || contacts?.certificate === undefined) return undefined;
  return {
    port: PRIVATE_PORT,
    database: new URL(url).origin,
    certificate: `${CONFIG_DIRECTORY}/${CONTACTS_CERTIFICATE}`,
    key: secretFile(CONTACTS_KEY),
  };
}

const CONTACTS_CERTIFICATE = "contacts.pem";

export function contactsFiles({ contacts }: Asked): Record<string, string> {
  const certificate = contacts?.certificate;
  return certificate === undefined ? {} : { [CONTACTS_CERTIFICATE]: certificate };
}

/** Who gets mail about a site, and how Alertmanager is told; null: nobody. */
export function contactsScript({ url, contacts }: Asked) {
  if (url === undefined || contacts === undefined) return null;
  const { pathname } = new URL(url);
  return {
    ...(contacts.certificate === undefined
      ? { url: url.replace(/\/$/, ""), token: secretFile(CONTACTS_TOKEN) }
      : { url: `http://127.0.0.1:${PRIVATE_PORT}${pathname.replace(/\/$/, "")}` }),
    roles: contacts.roles,
    file: CONTACTS_FILE,
    template: CONTACTS_TEMPLATE,
    reload: `${urlOf(ALERTMANAGER_ENDPOINT)}/-/reload`,
  };
}
