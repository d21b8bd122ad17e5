import { goMemory } from "../../config/schema/presets";
import { section } from "../../config/section";
import { TELEGRAF } from "./endpoint";
import { resolveTelegraf } from "./resolve";
import { telegraf } from "./schema";

export const telegrafSection = section("telegraf", {
  schema: telegraf,
  resolve: resolveTelegraf,
  groups: ["databases", "executors"],
  chapters: {
    telegraf: { title: "Telegraf" },
    telegrafListen: { title: "Ports of Telegraf", under: "as `telegraf.listen`" },
    telegrafInfluxdb: { title: "InfluxDB of Telegraf", under: "as `telegraf.influxdb`" },
  },
  presets: { "raspberry-pi": { quadlet: goMemory(128) } },
  taken: { jobs: [TELEGRAF] },
  owned: {
    service: TELEGRAF,
    arguments: {
      config: "names the file that Podwatch writes; remove it",
      "config-directory": "names the image's files; remove it",
      once: "makes the program exit at once; remove it",
      test: "makes the program exit at once; remove it",
      version: "makes the program exit at once; remove it",
    },
  },
});
