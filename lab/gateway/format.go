package main

import (
	"fmt"
	"strconv"
	"strings"
)

// text writes the gateways' dialect of the Prometheus text format: the "# TYPE" line is repeated for each set of
// labels, and a space follows each comma between labels. Prometheus accepts both.
type text struct{ strings.Builder }

type label struct{ name, value string }

func (t *text) counter(name string, labels []label, value uint64) {
	t.header(name, "counter")
	t.sample(name, labels, strconv.FormatUint(value, 10))
}

func (t *text) gauge(name string, labels []label, value float64) {
	t.header(name, "gauge")
	t.sample(name, labels, strconv.FormatFloat(value, 'f', -1, 64))
}

// histogram takes counts per bucket (not yet cumulative), the last one for everything above the last bound.
func (t *text) histogram(name string, labels []label, bounds []uint64, counts []uint64, sum uint64) {
	t.header(name, "histogram")
	total := uint64(0)
	for i, bound := range bounds {
		total += counts[i]
		t.sample(name+"_bucket", with(labels, "le", strconv.FormatUint(bound, 10)), strconv.FormatUint(total, 10))
	}
	total += counts[len(bounds)]
	t.sample(name+"_bucket", with(labels, "le", "+Inf"), strconv.FormatUint(total, 10))
	t.sample(name+"_sum", labels, strconv.FormatUint(sum, 10))
	t.sample(name+"_count", labels, strconv.FormatUint(total, 10))
}

func (t *text) header(name, kind string) { fmt.Fprintf(t, "# TYPE %s %s\n", name, kind) }

func (t *text) sample(name string, labels []label, value string) {
	t.WriteString(name)
	for i, l := range labels {
		separator := ", "
		if i == 0 {
			separator = "{"
		}
		fmt.Fprintf(t, `%s%s="%s"`, separator, l.name, l.value)
	}
	if len(labels) > 0 {
		t.WriteByte('}')
	}
	t.WriteByte(' ')
	t.WriteString(value)
	t.WriteByte('\n')
}

// with returns a new slice: callers reuse theirs.
func with(labels []label, name, value string) []label {
	return append(append(make([]label, 0, len(labels)+1), labels...), label{name, value})
}
