// Package promquery asks data sources of type prometheus, as Grafana's backend does.
package promquery

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"podwatch/lab/grafana/internal/upstream"
)

// Client asks one data source.
type Client struct{ *upstream.Client }

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

// call sends a query by POST, or by GET when the data source's jsonData.httpMethod says so.
func (c *Client) call(ctx context.Context, path string, form url.Values) (*Answer, error) {
	address := strings.TrimSuffix(c.Source.URL, "/") + path
	method, body := http.MethodPost, io.Reader(strings.NewReader(form.Encode()))
	if strings.EqualFold(c.Text("httpMethod"), http.MethodGet) {
		method, body, address = http.MethodGet, nil, address+"?"+form.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	status, text, err := c.Ask(request)
	if err != nil {
		return nil, err
	}
	answer := &Answer{}
	if err := json.Unmarshal(text, answer); err != nil {
		if status/100 != 2 {
			return nil, &upstream.Failure{Status: status, Text: fmt.Sprintf("unexpected response with status code %d: %.200s", status, text)}
		}
		return nil, &upstream.Failure{Status: http.StatusBadGateway, Text: "the data source did not answer with JSON: " + err.Error()}
	}
	if answer.Status != "success" {
		return nil, &upstream.Failure{Status: status, Text: answer.ErrorType + ": " + answer.Error}
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
