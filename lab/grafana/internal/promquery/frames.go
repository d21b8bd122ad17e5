package promquery

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"time"

	"podwatch/lab/grafana/internal/frames"
)

type series struct {
	Metric map[string]string `json:"metric"`
	Value  *sample           `json:"value"`
	Values []sample          `json:"values"`
}

type sample [2]any // seconds, value as text

// framesOf makes a frame of each series; where there is none, one without columns.
func framesOf(answer *Answer, query Query, step time.Duration) ([]*frames.Frame, error) {
	all := []series{}
	switch answer.Data.ResultType {
	case "matrix", "vector":
		if err := json.Unmarshal(answer.Data.Result, &all); err != nil {
			return nil, err
		}
	case "scalar", "string":
		only := series{Value: &sample{}}
		if err := json.Unmarshal(answer.Data.Result, only.Value); err != nil {
			return nil, err
		}
		all = append(all, only)
	default:
		return nil, fmt.Errorf("unknown result type %q", answer.Data.ResultType)
	}
	made := []*frames.Frame{}
	for _, one := range all {
		frame, err := frameOf(one, query, step)
		if err != nil {
			return nil, err
		}
		made = append(made, frame)
	}
	if len(made) == 0 {
		made = append(made, frames.New(query.RefID, []frames.Field{}, [][]any{}))
	}
	return made, nil
}

func frameOf(one series, query Query, step time.Duration) (*frames.Frame, error) {
	if one.Metric == nil {
		one.Metric = map[string]string{}
	}
	samples := one.Values
	if one.Value != nil {
		samples = []sample{*one.Value}
	}
	times, values := []any{}, []any{}
	for _, sample := range samples {
		at, isNumber := sample[0].(float64)
		text, isText := sample[1].(string)
		value, err := strconv.ParseFloat(text, 64)
		if !isNumber || !isText || err != nil {
			return nil, fmt.Errorf("sample %v is not [seconds, \"value\"]", sample)
		}
		times = append(times, int64(math.Round(at*1000)))
		if math.IsNaN(value) || math.IsInf(value, 0) {
			values = append(values, nil) // JSON has no word for them
		} else {
			values = append(values, value)
		}
	}
	config := map[string]any{}
	if query.LegendFormat != "" && query.LegendFormat != "__auto" {
		config["displayNameFromDS"] = placeholder.ReplaceAllStringFunc(query.LegendFormat, func(match string) string {
			return one.Metric[placeholder.FindStringSubmatch(match)[1]]
		})
	}
	return frames.New(query.RefID, []frames.Field{
		{Name: "Time", Type: "time", Config: map[string]any{"interval": step.Milliseconds()}},
		{Name: "Value", Type: "number", Labels: one.Metric, Config: config},
	}, [][]any{times, values}), nil
}

var placeholder = regexp.MustCompile(`\{\{\s*(.+?)\s*\}\}`)
