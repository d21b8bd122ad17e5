// Renders what mails the alerts of a site to its contacts, whom the topology finds out.
import { CONTACT_LABEL, CONTACTS_TEMPLATE, OTHER_CONTACTS_TEMPLATE } from "../topology/endpoint";
import { type Receiver, receiverConfig } from "./receivers.render";

export interface Contacts {
  /** Whose mail server, sender and log-in are used. */
  readonly receiver: string;
  readonly continue: boolean;
}

type Native = Readonly<Record<string, unknown>>;

const SITE_CONTACTS = "site-contacts";

/** One mail for a site and what is wrong there, however many of its services are. */
export function contactsRoute(contacts: Contacts): Native {
  return {
    matchers: [`${CONTACT_LABEL.name}="${CONTACT_LABEL.value}"`, 'site!=""'],
    receiver: SITE_CONTACTS,
    ...(contacts.continue ? { continue: true } : {}),
    group_by: ["site", "alertname"],
  };
}

type Receivers = Readonly<Record<string, Receiver>>;

/** Alertmanager takes the address of a mail for a template. */
export function contactsReceiver(contacts: Contacts, receivers: Receivers): Native {
  return {
    name: SITE_CONTACTS,
    email_configs: [{ ...channelOf(contacts, receivers), to: `{{ template "${CONTACTS_TEMPLATE}" . }}` }],
  };
}

export const CONTACTS_DEFAULTS = "site-contacts.tmpl";

/** What goes to nobody else goes to the receiver's own addresses. The topology's file, which is read later, takes the place of the second. */
export function contactsDefaults(contacts: Contacts, receivers: Receivers): string {
  return [
    `{{ define "${OTHER_CONTACTS_TEMPLATE}" }}${channelOf(contacts, receivers).to}{{ end }}\n`,
    `{{ define "${CONTACTS_TEMPLATE}" }}{{ template "${OTHER_CONTACTS_TEMPLATE}" . }}{{ end }}\n`,
  ].join("");
}

function channelOf({ receiver }: Contacts, receivers: Receivers): Native {
  const { email } = receivers[receiver] ?? {};
  const [channel] = receiverConfig(receiver, { email }).email_configs as [Native];
  return channel;
}
