import { alert, type RuleGroup } from "../../lib/rules/model";

export const acmeRules: RuleGroup = {
  name: "acme",
  about: "The certificates that hosts get for themselves, as their NGINX tells; there with `front.tls.acme`.",
  alerts: [
    alert({
      name: "FrontCertificateNotRenewed",
      severity: "warning",
      for: "1h",
      thresholds: {},
      what: "A host cannot get its certificate",
      expr: () => "podwatch_acme_last_run_success == 0",
      summary: "{{ $labels.instance }} cannot get its certificate",
      description: () =>
        "The last attempt of {{ $labels.instance }} to get or renew the certificate of its front failed. The one of before is shown; before the first, one of the stack's own authority. npm run logs with --service acme says why.",
    }),
  ],
};
