// Package promquery asks data sources of type prometheus, as Grafana's backend does.
package promquery

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"podwatch/lab/grafana/internal/store"
)

const maxAnswer = 64 << 20

// Client reaches one data source with its credentials.
type Client struct {
	source store.DataSource
	secret func(key string) string
	http   *http.Client
}

// New makes a client; secret unseals a value of secureJsonData ("" when there is none).
func New(source store.DataSource, secret func(string) string) *Client {
	client := &Client{source: source, secret: secret}
	client.http = &http.Client{Timeout: 30 * time.Second, Transport: client.Transport()}
	return client
}

// Transport trusts whom the data source says.
func (c *Client) Transport() *http.Transport {
	config := &tls.Config{}
	config.ServerName, _ = c.source.JSONData["serverName"].(string)
	config.InsecureSkipVerify, _ = c.source.JSONData["tlsSkipVerify"].(bool)
	if given, _ := c.source.JSONData["tlsAuthWithCACert"].(bool); given {
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM([]byte(c.secret("tlsCACert")))
	}
	return &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}
}

// Authorize adds the data source's credentials and headers to a request on their way out.
func (c *Client) Authorize(request *http.Request) {
	if c.source.BasicAuth {
		request.SetBasicAuth(c.source.BasicAuthUser, c.secret("basicAuthPassword"))
	}
	for i := 1; ; i++ {
		name, ok := c.source.JSONData[fmt.Sprintf("httpHeaderName%d", i)].(string)
		if !ok {
			return
		}
		request.Header.Set(name, c.secret(fmt.Sprintf("httpHeaderValue%d", i)))
	}
}

// Answer is what Prometheus' API returns.
type Answer struct {
	Status    string `json:"status"`
	ErrorType string `json:"errorType"`
	Error     string `json:"error"`
	Data      struct {
		ResultType string          `json:"resultType"`
		Result     json.RawMessage `json:"result"`
	} `json:"data"`
}

// Failure is an error that the data source itself reported.
type Failure struct {
	Status int
	Text   string
}

func (f *Failure) Error() string { return f.Text }

// call sends a query by POST, or by GET when the data source's jsonData.httpMethod says so.
func (c *Client) call(ctx context.Context, path string, form url.Values) (*Answer, error) {
	address := strings.TrimSuffix(c.source.URL, "/") + path
	method, body := http.MethodPost, io.Reader(strings.NewReader(form.Encode()))
	if given, _ := c.source.JSONData["httpMethod"].(string); strings.EqualFold(given, http.MethodGet) {
		method, body, address = http.MethodGet, nil, address+"?"+form.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	c.Authorize(request)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, err
	}
	answer := &Answer{}
	if err := json.Unmarshal(text, answer); err != nil {
		if response.StatusCode/100 != 2 {
			return nil, &Failure{response.StatusCode, fmt.Sprintf("unexpected response with status code %d: %.200s", response.StatusCode, text)}
		}
		return nil, &Failure{http.StatusBadGateway, "the data source did not answer with JSON: " + err.Error()}
	}
	if answer.Status != "success" {
		return nil, &Failure{response.StatusCode, answer.ErrorType + ": " + answer.Error}
	}
	return answer, nil
}

// Health does what "Save & test" does: it evaluates 1+1. The text is Grafana's.
func (c *Client) Health(ctx context.Context) (string, error) {
	form := url.Values{"query": {"1+1"}, "time": {fmt.Sprint(time.Now().Unix())}}
	_, err := c.call(ctx, "/api/v1/query", form)
	if err != nil {
		return "", fmt.Errorf("%w - There was an error returned querying the Prometheus API.", err)
	}
	return "Successfully queried the Prometheus API.", nil
}
