// What a sender must know to be heard: made up, the same in every lab, and worth nothing outside it.
export interface Credentials {
  /** What follows `/services/` in the URL of Slack's incoming webhook. */
  readonly slack: string;
  readonly opsgenieKey: string;
  /** 32 characters. */
  readonly pagerdutyKey: string;
  /** `<digits>:<letters>`. */
  readonly telegramToken: string;
  readonly telegramChat: number;
  /** Bearer token of `/webhook/...` and `/alertmanager/...`. */
  readonly webhookToken: string;
  /** What follows `/ping/` in the URL of the dead man's switch. */
  readonly pingId: string;
  readonly mailUser: string;
  readonly mailPassword: string;
  /** Mail to any other address is refused, except for those that a lab adds. */
  readonly mailbox: string;
  readonly furtherMailboxes?: readonly string[];
}

export const LAB_CREDENTIALS: Credentials = {
  slack: "T0LAB0001/B0LAB0001/slackWebhookOfTheLab0001",
  opsgenieKey: "0b5e7a1e-0000-4000-8000-0ab0ab0ab001",
  pagerdutyKey: "1ab1ab1ab1ab1ab1ab1ab1ab1ab1ab01",
  telegramToken: "100000001:TelegramBotOfTheLab_0000000000001",
  telegramChat: -1001000000001,
  webhookToken: "bearer-token-of-the-lab-0001",
  pingId: "0b5e7a1e-0000-4000-8000-0ab0ab0ab002",
  mailUser: "alerts@lab.test",
  mailPassword: "mail-password-of-the-lab-0001",
  mailbox: "oncall@lab.test",
};
