// What AWS's client inside Alertmanager logs in with: a profile for each receiver that has a key, whose secret stays a file.
import { secretFile } from "../../lib/auth";
import { CONFIG_DIRECTORY } from "../../lib/service";
import { readTemplate } from "../../lib/template";

/** An access key, and the secret that belongs to it. */
export interface AwsLogin {
  readonly accessKey: string;
  /** Name of the secret, and of the profile. */
  readonly secret: string;
}

export function awsFiles(logins: readonly AwsLogin[]): Record<string, string> {
  if (logins.length === 0) return {};
  const profiles = logins.map(
    ({ accessKey, secret }) =>
      `[profile ${secret}]\ncredential_process = /bin/sh ${CONFIG_DIRECTORY}/aws/login.sh ${accessKey} ${secretFile(secret)}\n`,
  );
  return {
    "aws/config": `# Managed by Podwatch. Changes made here are overwritten.\n${profiles.join("")}`,
    "aws/login.sh": readTemplate("alertmanager/aws-login.sh"),
  };
}

export function awsEnvironment(logins: readonly AwsLogin[]): Record<string, string> {
  return logins.length === 0 ? {} : { AWS_CONFIG_FILE: `${CONFIG_DIRECTORY}/aws/config` };
}
