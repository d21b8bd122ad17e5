package provisioning

import (
	"sort"
	"strings"

	"podwatch/lab/grafana/internal/logfmt"
)

type usage struct {
	times     int
	providers map[string]bool
}

// guardDuplicates warns of a uid or title that occurs twice, and freezes the providers concerned: as in Grafana they
// write nothing more until the files are mended.
func guardDuplicates(readers []*reader, log *logfmt.Logger) {
	uids, titles := map[string]*usage{}, map[titleInFolder]*usage{}
	for _, reader := range readers {
		for uid, times := range reader.uids {
			count(uids, uid, times, reader.provider.Name)
		}
		for title, times := range reader.titles {
			count(titles, title, times, reader.provider.Name)
		}
	}
	involved := map[string]bool{}
	for uid, use := range uids {
		if use.times > 1 {
			log.Warn("the same UID is used more than once", "uid", uid, "times", use.times, "providers", use.list(involved))
		}
	}
	for title, use := range titles {
		if use.times > 1 {
			log.Warn("dashboard title is not unique in folder", "title", title.title, "folder", title.folder,
				"times", use.times, "providers", use.list(involved))
		}
	}
	for _, reader := range readers {
		reader.frozen = involved[reader.provider.Name]
		if reader.frozen {
			log.Warn("dashboards provisioning provider has no database write permissions because of duplicates",
				"provider", reader.provider.Name, "orgId", 1)
		}
	}
}

func count[K comparable](all map[K]*usage, key K, times int, provider string) {
	if all[key] == nil {
		all[key] = &usage{providers: map[string]bool{}}
	}
	all[key].times += times
	all[key].providers[provider] = true
}

func (u *usage) list(involved map[string]bool) string {
	names := []string{}
	for name := range u.providers {
		names = append(names, name)
		involved[name] = true
	}
	sort.Strings(names)
	return "[" + strings.Join(names, " ") + "]"
}
