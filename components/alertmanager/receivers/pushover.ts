import { httpAuth } from "../../../config/schema/auth";
import { secretText, setting } from "../../../config/schema/words";
import { kind, message } from "./kind";

export const pushover = kind({
  description: "A notification by Pushover.",
  settings: {
    userKey: setting(
      secretText(/^[A-Za-z0-9]{30}$/, "is not a user's or group's key; write its 30 letters and digits"),
      "Key of the user or group to notify.",
      { secret: true },
    ),
    token: setting(
      secretText(/^[A-Za-z0-9]{30}$/, "is not an application's token; write its 30 letters and digits"),
      "Token of the sending application.",
      { secret: true },
    ),
    ...httpAuth,
  },
  secrets: { token: "pushover", userKey: "pushover-user" },
  tellsOfResolved: true,
  config: (_, file) => ({
    user_key_file: file("userKey"),
    token_file: file("token"),
    title: message("subject"),
    message: message("plain"),
    url: message("link"),
  }),
});
