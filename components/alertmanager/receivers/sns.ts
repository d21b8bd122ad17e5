import { httpUrl, secretText, setting, text } from "../../../config/schema/words";
import { kind, message } from "./kind";

const ARN = /^arn:[a-z-]+:sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/;

/** SNS takes up to 100 printable characters of ASCII. */
const SUBJECT =
  '{{ reReplaceAll "^(.{100}).*" "$1" (reReplaceAll "[^ -~]" "?" (trimSpace (printf "[%s] %s %s" (.Status | toUpper) .CommonLabels.alertname .CommonLabels.instance))) }}';

export const sns = kind({
  description: "A message to a topic of Amazon SNS.",
  settings: {
    topicArn: setting(
      text(ARN, "is not a topic; write its ARN, such as arn:aws:sns:eu-central-1:123456789012:alerts"),
      "ARN of the topic.",
      { example: "arn:aws:sns:eu-central-1:123456789012:alerts", placeholder: "the ARN of a topic of yours" },
    ),
    region: setting(
      text(/^[a-z]{2,}(-[a-z]+)+-\d+$/, "is not a region; write one such as eu-central-1").optional(),
      "AWS region.",
      { example: "eu-central-1", defaultText: "the topic's" },
    ),
    accessKey: setting(
      text(/^[A-Z0-9]{16,128}$/, "is not the id of an access key; write one such as AKIA...").optional(),
      "Id of the access key to log in with.",
      { defaultText: "what the host has, such as the role of its EC2 instance" },
    ),
    secretKey: setting(
      secretText(
        /^[A-Za-z0-9/+=]{16,128}$/,
        "is not a secret access key; write the one of accessKey",
      ).optional(),
      "Secret of the access key.",
      { secret: true },
    ),
    roleArn: setting(
      text(
        /^arn:[a-z-]+:iam::\d{12}:role\/\S+$/,
        "is not a role; write its ARN, such as arn:aws:iam::123456789012:role/alerts",
      ).optional(),
      "ARN of a role to assume.",
      { example: "arn:aws:iam::123456789012:role/alerts" },
    ),
    apiUrl: setting(httpUrl().optional(), "URL of SNS.", {
      example: "https://sns.internal.my-company.net",
      defaultText: "the region's own",
    }),
  },
  secrets: { secretKey: "sns" },
  together: ["accessKey", "secretKey"],
  tellsOfResolved: true,
  config: ({ topicArn, region, accessKey, roleArn, apiUrl }, file) => ({
    sigv4: {
      region: region ?? ARN.exec(topicArn)?.[1],
      ...(accessKey === undefined ? {} : { profile: profileOf(file("secretKey")) }),
      ...(roleArn === undefined ? {} : { role_arn: roleArn }),
    },
    topic_arn: topicArn,
    ...(apiUrl === undefined ? {} : { api_url: apiUrl }),
    subject: SUBJECT,
    message: message("plain"),
  }),
});

/** Alertmanager reads no secret key from a file, but AWS's client finds that of a profile, which has its file's name. */
export const profileOf = (secretFile: string) => secretFile.replace(/^.*\//, "");
