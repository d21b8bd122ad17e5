// Renders what mails the alerts of a site to its contacts, whom the topology finds out.
import { CONTACT_LABEL, CONTACTS_TEMPLATE } from "../topology/endpoint";
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

/** Alertmanager takes the address of a mail for a template. */
export function contactsReceiver(
  { receiver }: Contacts,
  receivers: Readonly<Record<string, Receiver>>,
): Native {
  const { email } = receivers[receiver] ?? {};
  const [channel] = receiverConfig(receiver, { email }).email_configs as [Native];
  return {
    name: SITE_CONTACTS,
    email_configs: [{ ...channel, to: `{{ template "${CONTACTS_TEMPLATE}" . }}` }],
  };
}
