// Managed by Podwatch. Changes made here are overwritten.
// What is passed on of the answer on a socket: metrics as text; runs inside NGINX (njs).

const TEXT = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS = /^application\/openmetrics-text *(;|$)/i;

const NONE = "No metrics: nobody answers on the socket, or not as a source of metrics does.\n";
const NONE_AT_MOST = 65536;

function failed(request) {
  return request.variables.upstream_status !== "200";
}

// Headers are told apart here rather than by name in nginx.conf: nothing passes that is not made here.
function head(request) {
  // NGINX's own refusal, before anything was asked.
  if (request.variables.upstream_status === undefined) {
    return;
  }
  const type = metricsType(request.headersOut["Content-Type"]);
  Object.keys(request.headersOut).forEach((name) => {
    delete request.headersOut[name];
  });
  delete request.headersOut["Content-Length"];
  if (failed(request)) {
    request.status = request.status === 504 ? 504 : 502;
    request.headersOut["Content-Type"] = "text/plain; charset=utf-8";
  } else {
    // Without the words that the gateway said beside the number.
    request.status = 200;
    request.headersOut["Content-Type"] = type;
  }
}

function metricsType(given) {
  if (!OPEN_METRICS.test(given || "")) {
    return TEXT;
  }
  const version = /; *version=1\.0\.0 *(;|$)/.test(given) ? "1.0.0" : "0.0.1";
  return `application/openmetrics-text; version=${version}; charset=utf-8`;
}

// NGINX limits neither how much is answered nor how long that takes in all.
function body(request, data, flags) {
  const variables = request.variables;
  if (variables.upstream_status === undefined) {
    request.sendBuffer(data, flags);
    return;
  }
  const before = Number(variables.metrics_passed);
  const passed = before + data.length;
  variables.metrics_passed = String(passed);
  // What is not HTTP at all would be passed on as it stands.
  if (request.httpVersion === "0.9") {
    throw new Error("an answer without headers");
  }
  if (failed(request)) {
    insist(request, passed, NONE_AT_MOST, Number(variables.metrics_within) + 1);
    request.sendBuffer(before === 0 ? NONE : "", { last: flags.last, flush: true });
  } else {
    insist(request, passed, Number(variables.metrics_at_most), Number(variables.metrics_within));
    request.sendBuffer(data, flags);
  }
}

// Ends the connection, so that nobody takes what came for all that there is.
function insist(request, passed, bytes, seconds) {
  if (bytes > 0 && passed > bytes) {
    throw new Error(`more than ${bytes} bytes of an answer`);
  }
  if (Number(request.variables.request_time) > seconds) {
    throw new Error(`an answer takes longer than ${seconds} s`);
  }
}

export default { head, body };
