// Package frames has the form in which Grafana answers queries, whatever data source they ask.
package frames

// Frame is Grafana's table of columns: a schema and, apart, the values column by column.
type Frame struct {
	Schema struct {
		Name   string  `json:"name,omitempty"`
		RefID  string  `json:"refId"`
		Fields []Field `json:"fields"`
	} `json:"schema"`
	Data struct {
		Values [][]any `json:"values"`
	} `json:"data"`
}

// Field is one column: times, or the values of one series.
type Field struct {
	Name   string         `json:"name"`
	Type   string         `json:"type"`
	Labels any            `json:"labels,omitempty"` // map[string]string; an empty one is written
	Config map[string]any `json:"config"`
}

// New makes a frame of columns with their values.
func New(refID string, fields []Field, values [][]any) *Frame {
	frame := &Frame{}
	frame.Schema.RefID, frame.Schema.Fields, frame.Data.Values = refID, fields, values
	return frame
}

// Response is the result of one query; Error is empty when it went well.
type Response struct {
	Status      int      `json:"status"`
	Frames      []*Frame `json:"frames"`
	Error       string   `json:"error,omitempty"`
	ErrorSource string   `json:"errorSource,omitempty"`
}

// Refuse is the result of a query that went wrong: here ("plugin") or at the data source ("downstream").
func Refuse(status int, source string, err error) Response {
	return Response{Status: status, Frames: []*Frame{}, Error: err.Error(), ErrorSource: source}
}
