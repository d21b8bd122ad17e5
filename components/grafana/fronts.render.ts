// Data sources of the user's own behind a front of the stack: the log-in there and its certificate authority need not be written.
import type { HttpAuth } from "../../lib/auth";
import { loginAt } from "../../lib/endpoint";
import { entry, frontAt, type NamedFront } from "../nginx/endpoint";
import type { OwnDatasource } from "./datasource.render";

/** @param fronts of the stack's hosts */
export function enteringFronts<Secret>(
  datasources: ReadonlyArray<OwnDatasource<never>>,
  fronts: ReadonlyArray<NamedFront<Secret>>,
): Array<OwnDatasource<Secret>> {
  return datasources.map((one) => {
    // A browser trusts whom it trusts.
    const front = one.url === undefined || one.access !== "proxy" ? undefined : frontAt(one.url, fronts);
    return front === undefined ? one : { ...one, entered: entered(one, front) };
  });
}

/** What is written goes before. A Prometheus may be queried; the tokens open nothing else that Grafana asks for. */
function entered<Secret>(
  { type, basicAuthUser, jsonData, secureJsonData }: OwnDatasource,
  front: NamedFront<Secret>,
): HttpAuth<Secret> {
  const { bearerToken, tls } = loginAt(entry(front, "queries"));
  const logsIn =
    basicAuthUser !== undefined ||
    Object.keys(jsonData).some((key) => LOG_INS.test(key)) ||
    Object.keys(secureJsonData).some((key) => LOG_INS.test(key));
  const verifies =
    ["tlsAuthWithCACert", "tlsSkipVerify"].some((key) => key in jsonData) || "tlsCACert" in secureJsonData;
  return {
    ...(logsIn || bearerToken === undefined || type !== "prometheus" ? {} : { bearerToken }),
    ...(verifies || tls === undefined ? {} : { tls }),
  };
}

/** Keys with which a data source logs in. */
const LOG_INS = /^(httpHeader(Name|Value)\d+|oauthPassThru|sigV4Auth|azureCredentials|basicAuthPassword)$/;
