// Targets that Prometheus finds in clouds.
import { sent, tlsSetting } from "../../config/schema/auth";
import { choice, flag, group, httpUrl, secretText, setting, text } from "../../config/schema/words";
import { every, filters, line, presets, usualPort } from "./presets.schema";

const secret = (what: string) =>
  setting(
    secretText(sent, `is not ${what}; write the one to log in with`),
    `It reaches Prometheus in a file that only it can read.`,
    {
      secret: true,
      lines: true,
    },
  );

export const openstack = group({
  authUrl: setting(httpUrl(), "URL of the identity service (`identity_endpoint`).", {
    example: "https://keystone.my-cloud.net:5000/v3",
  }),
  region: setting(line("is not a region; write its name"), "Region.", { example: "RegionOne" }),
  role: setting(
    choice(["instance", "hypervisor", "loadbalancer"]).default("instance"),
    "What is found: servers, hypervisors (which needs an administrator's rights) or load balancers. The presets `keep`, `drop`, `labelsFrom`, `address` and `family` are for servers.",
  ),
  applicationCredential: setting(
    group({
      id: setting(line("is not an id; write that of the application credential").optional(), "Its id.", {
        example: "21dced0fd20347869b93710d2b98aae0",
        defaultText: "required unless `name` and `username` are written",
      }),
      name: setting(
        line("is not a name; write that of the application credential").optional(),
        "Its name, with `username` and `domain`, instead of the id.",
        { example: "monitoring" },
      ),
      username: setting(
        line("is not a user; write the one to whom it belongs").optional(),
        "User to whom it belongs.",
        { example: "prometheus" },
      ),
      domain: setting(line("is not a domain; write the user's").optional(), "Domain of the user.", {
        example: "Default",
      }),
      secret: secret("the secret of an application credential"),
    })
      .meta({
        id: "applicationCredential",
        description: "A log-in of OpenStack that may be limited to reading one project.",
      })
      .optional(),
    "Log-in by an application credential, the best way: it may be limited to reading one project.",
  ),
  user: setting(
    group({
      username: setting(line("is not a user; write the one to log in as"), "User to log in as.", {
        example: "prometheus",
      }),
      password: secret("a password"),
      domain: setting(line("is not a domain; write the user's"), "Domain of the user.", {
        example: "Default",
      }),
      project: setting(line("is not a project; write its name"), "Name of the project.", {
        example: "monitoring",
      }),
    })
      .meta({ id: "openstackUser", description: "A log-in of OpenStack as a user of a project." })
      .optional(),
    "Log-in as a user.",
  ),
  allProjects: setting(
    flag().default(false),
    "Whether servers of all projects are found (`all_tenants`), which needs an administrator's rights.",
  ),
  availability: setting(
    choice(["public", "internal", "admin"]).default("public"),
    "Which of the cloud's endpoints are asked.",
  ),
  port: usualPort(),
  refreshInterval: every("1m"),
  address: setting(
    choice(["private", "public"]).default("private"),
    "Where a server is scraped: its address in its network, or its floating IP, and only servers that have one.",
  ),
  family: setting(
    choice(["ipv4", "ipv6", "any"]).default("ipv4"),
    "Addresses of which family; with `any` a server that has both is scraped twice.",
  ),
  ...presets("openstack", { flavor: "flavor", env: "metadata.environment" }),
  tls: tlsSetting(),
}).meta({
  id: "openstackDiscovery",
  description:
    "Servers of an OpenStack cloud (`openstack_sd_configs`). `instance` is the server's name; `instance_id` and `network` are labels too, since names are not unique.",
});

export const ec2 = group({
  region: setting(line("is not a region; write its name"), "Region.", { example: "eu-central-1" }),
  endpoint: setting(httpUrl().optional(), "URL of the API, if it is not AWS's own.", {
    example: "https://ec2.my-cloud.net",
    defaultText: "that of the region",
  }),
  accessKey: setting(line("is not an access key; write its id").optional(), "Id of the access key.", {
    example: "AKIAIOSFODNN7EXAMPLE",
    defaultText: "the role of the machine that Prometheus runs on",
  }),
  secretKey: setting(
    secretText(
      sent,
      "is not the secret of an access key; write the one that belongs to accessKey",
    ).optional(),
    "Secret of the access key. It reaches Prometheus in a file that only it can read.",
    { secret: true, lines: true },
  ),
  roleArn: setting(
    text(/^arn:[^\s\p{Cc}]+$/u, "is not an ARN; write one that begins with arn:").optional(),
    "Role to assume.",
    { example: "arn:aws:iam::123456789012:role/monitoring" },
  ),
  port: usualPort(),
  refreshInterval: every("1m"),
  filters: filters("EC2's DescribeInstances", { name: "tag:Monitored", values: ["true"] }),
  address: setting(
    choice(["private", "public"]).default("private"),
    "Where an instance is scraped: its private address, or its public one, and only instances that have one.",
  ),
  ...presets("ec2", { zone: "zone", env: "tag.Environment" }),
  tls: tlsSetting(),
}).meta({
  id: "ec2Discovery",
  description:
    "Instances of Amazon EC2 or a cloud with its API (`ec2_sd_configs`). `instance` is the tag `Name`, otherwise the id; `instance_id` is a label too, since names are not unique.",
});
