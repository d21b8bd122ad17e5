// Receivers, named as in Alertmanager's configuration: one group per kind of channel.
import { z } from "zod";
import { group, list, setting, text } from "../../config/schema/words";
import { channels } from "./receivers/kinds";

const NATIVE_CHANNELS =
  "Further channels, in Alertmanager's syntax: other kinds, and several of one kind. Must not contain secrets; set those under `alertmanager.secrets`. A receiver that has nothing but `extra: {}` tells nobody.";

const nativeChannels = z.record(
  text(
    /^[a-z0-9]+_configs$/,
    "is not a kind of channel; write one as in Alertmanager's configuration, such as sns_configs",
  ),
  list(
    z.record(z.string(), z.unknown(), {
      error: "is not a group of settings; write keys of Alertmanager's configuration below it",
    }),
    "channels",
  ),
  { error: "is not a group of channels; write a kind such as sns_configs and a list below it" },
);

export const receiver = group({
  ...channels,
  extra: setting(nativeChannels.optional(), NATIVE_CHANNELS, {
    example: { webhook_configs: [{ url_file: "/run/secrets/alertmanager.second-hook" }] },
    defaultText: "none",
  }),
}).meta({
  id: "receiver",
  description:
    "A receiver with one or more channels. Required settings are required only within a channel that is set.",
});

/** The name under which routes refer to a receiver. */
export const receiverName = () =>
  text(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/,
    "is not a receiver's name; write up to 40 letters, digits, -, _ and ., beginning with a letter or digit",
  );
