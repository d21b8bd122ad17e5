// Package influxquery asks data sources of type influxdb in InfluxQL, as Grafana's backend does.
package influxquery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"podwatch/lab/grafana/internal/upstream"
)

// Client asks one data source.
type Client struct{ *upstream.Client }

// Series is one series of InfluxDB's answer.
type Series struct {
	Name    string            `json:"name"`
	Tags    map[string]string `json:"tags"`
	Columns []string          `json:"columns"`
	Values  [][]any           `json:"values"`
}

type answer struct {
	Error   string `json:"error"`
	Results []struct {
		Error  string   `json:"error"`
		Series []Series `json:"series"`
	} `json:"results"`
}

// call sends one statement, by GET unless the data source's jsonData.httpMode says POST.
func (c *Client) call(ctx context.Context, statement string) ([]Series, error) {
	database := c.Text("dbName")
	if database == "" {
		database = c.Source.Database
	}
	parameters := url.Values{"db": {database}, "epoch": {"ms"}}
	address := strings.TrimSuffix(c.Source.URL, "/") + "/query?"
	var request *http.Request
	var err error
	switch mode := c.Text("httpMode"); mode {
	case "", http.MethodGet:
		parameters.Set("q", statement)
		request, err = http.NewRequestWithContext(ctx, http.MethodGet, address+parameters.Encode(), nil)
	case http.MethodPost:
		body := strings.NewReader(url.Values{"q": {statement}}.Encode())
		request, err = http.NewRequestWithContext(ctx, http.MethodPost, address+parameters.Encode(), body)
	default:
		return nil, errors.New("'httpMode' should be either 'GET' or 'POST'")
	}
	if err != nil {
		return nil, err
	}
	if request.Method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	status, text, err := c.Ask(request)
	if err != nil {
		return nil, err
	}
	return parse(status, text)
}

func parse(status int, text []byte) ([]Series, error) {
	found := answer{}
	err := json.Unmarshal(text, &found)
	switch {
	case status/100 != 2:
		return nil, &upstream.Failure{Status: status, Text: "InfluxDB returned error: " + found.Error}
	case err != nil:
		return nil, &upstream.Failure{Status: http.StatusBadGateway, Text: "the data source did not answer with JSON: " + err.Error()}
	case found.Error != "":
		return nil, &upstream.Failure{Status: http.StatusBadRequest, Text: found.Error}
	case len(found.Results) != 1:
		return nil, &upstream.Failure{Status: http.StatusBadGateway, Text: fmt.Sprintf("the data source answered with %d results", len(found.Results))}
	case found.Results[0].Error != "":
		return nil, &upstream.Failure{Status: http.StatusBadRequest, Text: found.Results[0].Error}
	}
	return found.Results[0].Series, nil
}

// Health does what "Save & test" does: it lists the measurements. The text is Grafana's.
func (c *Client) Health(ctx context.Context) (string, error) {
	if err := c.known(); err != nil {
		return "", err
	}
	series, err := c.call(ctx, "SHOW measurements")
	if err != nil {
		return "", fmt.Errorf("%w error reading influxDB", err)
	}
	count := 0
	if len(series) > 0 {
		count = len(series[0].Values)
	}
	return fmt.Sprintf("datasource is working. %d measurements found", count), nil
}

// known refuses the other languages of this kind of data source.
func (c *Client) known() error {
	if version := c.Text("version"); version != "" && version != "InfluxQL" {
		return fmt.Errorf("the stand-in for Grafana asks InfluxDB in InfluxQL only, not in %s", version)
	}
	return nil
}
