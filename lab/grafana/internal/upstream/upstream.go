// Package upstream reaches data sources by HTTP, with their credentials.
package upstream

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"time"

	"podwatch/lab/grafana/internal/store"
)

const maxAnswer = 64 << 20

// Client reaches one data source.
type Client struct {
	Source store.DataSource
	secret func(key string) string
	http   *http.Client
}

// New makes a client; secret unseals a value of secureJsonData ("" when there is none).
func New(source store.DataSource, secret func(string) string) *Client {
	client := &Client{Source: source, secret: secret}
	client.http = &http.Client{Timeout: 30 * time.Second, Transport: client.Transport()}
	return client
}

// Transport trusts whom the data source says.
func (c *Client) Transport() *http.Transport {
	config := &tls.Config{}
	config.ServerName = c.Text("serverName")
	config.InsecureSkipVerify, _ = c.Source.JSONData["tlsSkipVerify"].(bool)
	if given, _ := c.Source.JSONData["tlsAuthWithCACert"].(bool); given {
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM([]byte(c.secret("tlsCACert")))
	}
	return &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}
}

// Text is an option of the data source.
func (c *Client) Text(key string) string {
	text, _ := c.Source.JSONData[key].(string)
	return text
}

// Authorize adds the data source's credentials and headers to a request on their way out.
func (c *Client) Authorize(request *http.Request) {
	if c.Source.BasicAuth {
		request.SetBasicAuth(c.Source.BasicAuthUser, c.secret("basicAuthPassword"))
	}
	for i := 1; ; i++ {
		name, ok := c.Source.JSONData[fmt.Sprintf("httpHeaderName%d", i)].(string)
		if !ok {
			return
		}
		request.Header.Set(name, c.secret(fmt.Sprintf("httpHeaderValue%d", i)))
	}
}

// Ask sends a request with credentials, and returns the status and the text of the answer.
func (c *Client) Ask(request *http.Request) (int, []byte, error) {
	c.Authorize(request)
	response, err := c.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	return response.StatusCode, text, err
}

// Failure is an error that the data source itself reported.
type Failure struct {
	Status int
	Text   string
}

func (f *Failure) Error() string { return f.Text }
