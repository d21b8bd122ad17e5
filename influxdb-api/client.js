// An InfluxDB 1.x outside of the stack, asked by its HTTP API.
const http = require("node:http");
const https = require("node:https");
const { text } = require("node:stream/consumers");

/** How long an answer may take, in milliseconds. */
const ANSWER_WITHIN = 30_000;

/** It refuses the log-in (401), or what is asked with it (403). */
class Denied extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

class Client {
  /** @param reach url, and perhaps ca (PEM) */
  constructor({ url, ca, setting }) {
    this.url = url.replace(/\/+$/, "");
    this.ca = ca;
    this.setting = setting;
  }

  get place() {
    return `the InfluxDB at ${this.url}`;
  }

  /** Its version. @throws Error if it is none of version 1 */
  async version() {
    const { headers } = await this.send("GET", "ping", undefined, {});
    const version = headers["x-influxdb-version"];
    if (version === undefined) {
      throw new Error(`what answers at ${this.url} is no InfluxDB; correct ${this.setting}.url`);
    }
    if (/^v?1\./.test(version)) return version;
    throw new Error(
      `${this.place} has version ${version}, which has neither these users nor InfluxQL's databases; make a token there, and write it as a data source under grafana.datasources`,
    );
  }

  /**
   * The rows of what a statement answers, each by the names of its columns.
   *
   * @throws Denied if the log-in does not do
   */
  async query(q, { user, password }) {
    const body = new URLSearchParams({ q }).toString();
    const { status, content } = await this.send("POST", "query", body, {
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
      "content-type": "application/x-www-form-urlencoded",
      "content-length": Buffer.byteLength(body),
    });
    const answer = parsed(content);
    const error = answer?.error ?? answer?.results?.[0]?.error;
    if (status === 401 || status === 403) throw new Denied(status, error ?? `status ${status}`);
    if (answer === undefined || error !== undefined || status !== 200) {
      // Its words may have the statement, and that a password.
      throw new Error(
        `${this.place} answers with status ${status}${q.includes("PASSWORD") ? "" : `: ${error}`}`,
      );
    }
    const [{ columns = [], values = [] } = {}] = answer.results?.[0]?.series ?? [];
    return values.map((row) => Object.fromEntries(row.map((value, index) => [columns[index], value])));
  }

  async send(method, path, body, headers) {
    const { request } = this.url.startsWith("https:") ? https : http;
    try {
      const response = await new Promise((resolve, reject) => {
        const asked = request(`${this.url}/${path}`, {
          method,
          headers,
          agent: false,
          ...(this.ca ? { ca: this.ca } : {}),
          signal: AbortSignal.timeout(ANSWER_WITHIN),
        });
        asked.on("response", resolve);
        asked.on("error", reject);
        asked.end(body);
      });
      return { status: response.statusCode, headers: response.headers, content: await text(response) };
    } catch (error) {
      throw new Error(this.unanswered(error));
    }
  }

  unanswered({ code = "", name, message }) {
    if (/^(ERR_TLS_CERT|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH)/.test(code)) {
      return `the certificate of ${this.place} is not trusted: ${message}; write the certificate of the authority that signed it as ${this.setting}.ca`;
    }
    const why =
      name === "TimeoutError" || name === "AbortError"
        ? `no answer within ${ANSWER_WITHIN / 1000} s`
        : message || code;
    return `${this.place} does not answer: ${why}; correct ${this.setting}.url, or let this computer reach it`;
  }
}

function parsed(content) {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

module.exports = { Client, Denied };
