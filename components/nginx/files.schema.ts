// A certificate of the front from elsewhere.
import type { z } from "zod";
import { certificateKey, certificates } from "../../config/schema/auth";
import { group, setting } from "../../config/schema/words";

export const frontFiles = group({
  certificate: setting(
    certificates("a certificate"),
    "The certificate, followed by those of the authorities that it was issued by: the PEM text, or the path of a file on this computer.",
    { lines: true, example: "tls/fullchain.pem", placeholder: "the file of your certificate" },
  ),
  ...certificateKey("~/.config/podwatch/front.key"),
  ca: setting(
    certificates("a certificate").optional(),
    "The authority that clients inside the stack trust: the PEM text, or the path of a file on this computer.",
    {
      lines: true,
      example: "tls/ca.pem",
      defaultText:
        "the last of `certificate`, if that is self-signed, else the CAs that each client's system trusts",
    },
  ),
}).meta({ id: "frontFiles", description: "A certificate that you have from elsewhere, and renew yourself." });

export type FrontFiles = z.output<typeof frontFiles>;
