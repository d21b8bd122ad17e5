// The host's own Apache: its exporter, which reads the scoreboard for Prometheus.
import type { z } from "zod";
import { additions } from "../../config/schema/additions";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import { flag, group, hostPath, port, setting, type WithSecrets } from "../../config/schema/words";
import versions from "../../versions.json";

export const apache = group({
  enabled: setting(
    flag().default(false),
    "Whether the host's own Apache is monitored, by an exporter in a container that can reach Apache and nothing else.",
  ),
  port: setting(
    port().default(80),
    "Port of the host on which Apache answers plain HTTP, at all addresses or at that of the container network's gateway.",
  ),
  configFile: setting(
    hostPath().optional(),
    "File of Apache's configuration that gets the status block, between the lines `# BEGIN apache server status` and `# END apache server status`; a block between such lines is taken over. The rest of the file is left alone.",
    {
      example: "/etc/httpd/conf.d/EPFL_isa.conf",
      defaultText:
        "`/etc/apache2/conf-enabled/podwatch-status.conf` or `/etc/httpd/conf.d/podwatch-status.conf`, whichever directory the host has",
    },
  ),
  ...additions("apache-exporter", "arguments"),
  quadlet: quadletSetting(),
  image: image(versions.images["apache-exporter"], "the Apache exporter"),
}).meta({
  id: "apache",
  description: "The host's own Apache: connections, requests and the scoreboard of its workers.",
});

export type ApacheSettings<Secret = string> = WithSecrets<z.output<typeof apache>, Secret>;

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly apache: ApacheSettings<Secret>;
  }
}
