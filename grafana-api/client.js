// Somebody else's Grafana by its HTTP API, as it is documented for versions 10 to 12.
const http = require("node:http");
const https = require("node:https");
const { text } = require("node:stream/consumers");

/** How long an answer may take, in milliseconds. */
const ANSWER_WITHIN = 30_000;

/** Grafana, or what stands before it, is not there just now. */
class Away extends Error {}

/** What is wrong lasts until somebody changes it. */
class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

class Client {
  /** @param reach url, token, and perhaps organisation (its id) and ca (PEM) */
  constructor({ url, token, organisation, ca }) {
    this.url = url.replace(/\/+$/, "");
    this.organisation = organisation;
    this.ca = ca;
    this.headers = {
      accept: "application/json",
      authorization: `Bearer ${token}`,
      ...(organisation ? { "x-grafana-org-id": organisation } : {}),
    };
  }

  /**
   * Status and JSON of an answer, whatever it says.
   *
   * @throws Away if there is none; Refused if it is not from Grafana, or refuses the token
   */
  async ask(method, path, body) {
    const { status, headers, content } = await this.send(method, path, body);
    if ([429, 502, 503, 504].includes(status)) {
      throw new Away(`${this.place} is not there just now: it answers with status ${status}`);
    }
    if (status >= 300 && status < 400) throw new Refused(status, this.redirected(headers.location));
    const json = parsed(content);
    if (status === 401 || status === 403) throw new Refused(status, this.denied(status, json));
    if (json === undefined) {
      throw new Refused(
        status,
        `what answers at ${this.place} is not Grafana's API (status ${status}, ${headers["content-type"] ?? "no type"}); write its address as grafana.external.url, with the sub-path if it has one`,
      );
    }
    return { status, json };
  }

  /** The JSON of an answer; undefined if there is no such thing. */
  async find(path) {
    const { status, json } = await this.ask("GET", path);
    if (status === 404) return undefined;
    return this.accepted("GET", path, status, json);
  }

  /** The JSON of an answer that has to be a good one. */
  async done(method, path, body) {
    const { status, json } = await this.ask(method, path, body);
    return this.accepted(method, path, status, json);
  }

  accepted(method, path, status, json) {
    if (status >= 200 && status < 300) return json;
    throw new Refused(
      status,
      `${this.place} refuses ${method} /api/${path} (status ${status}): ${said(json)}`,
    );
  }

  get place() {
    return `the Grafana at ${this.url}`;
  }

  async send(method, path, body) {
    const sent = body === undefined ? undefined : JSON.stringify(body);
    const { request } = this.url.startsWith("https:") ? https : http;
    const response = await new Promise((resolve, reject) => {
      const asked = request(`${this.url}/api/${path}`, {
        method,
        agent: false,
        ...(this.ca ? { ca: this.ca } : {}),
        signal: AbortSignal.timeout(ANSWER_WITHIN),
        headers: {
          ...this.headers,
          ...(sent === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(sent) }),
        },
      });
      asked.on("response", resolve);
      asked.on("error", reject);
      asked.end(sent);
    }).catch((error) => this.unanswered(error));
    const content = await text(response).catch((error) => this.unanswered(error));
    return { status: response.statusCode, headers: response.headers, content };
  }

  unanswered(error) {
    const { code = "", message } = error;
    if (/^(ERR_TLS_CERT|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH)/.test(code)) {
      throw new Refused(
        0,
        `the certificate of ${this.place} is not trusted: ${message}; write the certificate of the authority that signed it as grafana.external.ca`,
      );
    }
    if (/^(HPE_|EPROTO|ERR_SSL)/.test(code)) {
      throw new Refused(
        0,
        `${this.place} does not speak ${this.url.startsWith("https:") ? "TLS" : "HTTP"} there; correct grafana.external.url`,
      );
    }
    const why =
      error.name === "TimeoutError" || error.name === "AbortError"
        ? `no answer within ${ANSWER_WITHIN / 1000} s`
        : message || code;
    throw new Away(`${this.place} is not there just now: ${why}`);
  }

  redirected(location = "") {
    if (/login|oauth|saml|auth/i.test(location)) {
      return `${this.place} is behind a log-in of its own, which sends API requests to ${location}; let requests to /api/ with a token pass there, or write another address as grafana.external.url`;
    }
    return `${this.place} redirects to ${location}; write that Grafana's own address as grafana.external.url`;
  }

  denied(status, json) {
    const words = said(json);
    if (status === 401) {
      const organisation = /organization/i.test(words)
        ? `the token does not belong to organisation ${this.organisation}; correct grafana.external.organisation, or make a token there`
        : "make a new token for its service account in Grafana";
      return `${this.place} does not accept the token (status 401: ${words}): ${organisation}, store it with pulumi config set --secret --path podwatch:grafana.external.token, and run pulumi up`;
    }
    return `${this.place} does not let the token of grafana.external.token do this (status 403: ${words}); give its service account the role Admin, or these permissions`;
  }
}

function parsed(content) {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

function said(json) {
  const { message, status } = json ?? {};
  return String(message ?? status ?? "no reason given");
}

/**
 * Tries again while Grafana is away.
 *
 * @param seconds how long
 */
async function patiently(seconds, work, pause = 1000) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Away) || Date.now() + pause > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

module.exports = { Client, Away, Refused, patiently };
