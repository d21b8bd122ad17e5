package web

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"sort"
	"strings"

	"podwatch/lab/grafana/internal/store"
	"podwatch/lab/grafana/internal/upstream"
)

// withSource finds the data source that a request names.
func (s *Server) withSource(handle func(http.ResponseWriter, *http.Request, *store.DataSource)) handler {
	return func(w http.ResponseWriter, r *http.Request, _ identity) {
		if source := s.findSource(r.PathValue("uid")); source != nil {
			handle(w, r, source)
			return
		}
		refuseNoSource(w)
	}
}

func refuseNoSource(w http.ResponseWriter) {
	refuseWith(w, http.StatusNotFound, "datasource.notFound", "Data source not found")
}

func (s *Server) findSource(uid string) (found *store.DataSource) {
	_ = s.Store.View(func(state *store.State) error {
		found = store.Find(state.DataSources, func(d *store.DataSource) bool { return d.UID == uid })
		return nil
	})
	return found
}

// client reaches a data source; secrets are unsealed only at the moment of use.
func (s *Server) client(source *store.DataSource) *upstream.Client {
	return upstream.New(*source, func(key string) string {
		sealed, given := source.Secure[key]
		if !given {
			return ""
		}
		plain, err := store.Unseal(s.Settings.Get("security", "secret_key"), sealed)
		if err != nil {
			s.Log.Error("Failed to decrypt secure json data", "datasource", source.Name, "key", key, "error", err)
		}
		return plain
	})
}

func (s *Server) listDataSources(w http.ResponseWriter, _ *http.Request, _ identity) {
	list := []object{}
	_ = s.Store.View(func(state *store.State) error {
		for _, source := range state.DataSources {
			list = append(list, describe(source))
		}
		return nil
	})
	sort.Slice(list, func(i, j int) bool { return list[i]["name"].(string) < list[j]["name"].(string) })
	writeJSON(w, http.StatusOK, list)
}

func describe(d *store.DataSource) object {
	jsonData := d.JSONData
	if jsonData == nil {
		jsonData = map[string]any{}
	}
	return object{
		"id": d.ID, "uid": d.UID, "orgId": 1, "name": d.Name, "type": d.Type, "access": d.Access, "url": d.URL, "user": d.User,
		"database": d.Database, "basicAuth": d.BasicAuth, "isDefault": d.IsDefault, "jsonData": jsonData, "readOnly": d.ReadOnly,
	}
}

func (s *Server) showDataSource(w http.ResponseWriter, _ *http.Request, d *store.DataSource) {
	writeJSON(w, http.StatusOK, describeWhole(d))
}

// describeWhole says which secrets there are, and none of them.
func describeWhole(d *store.DataSource) object {
	item, fields := describe(d), map[string]bool{}
	for key := range d.Secure {
		fields[key] = true
	}
	item["basicAuthUser"], item["withCredentials"], item["version"] = d.BasicAuthUser, d.WithCredentials, d.Version
	item["secureJsonFields"] = fields
	return item
}

func (s *Server) checkDataSource(w http.ResponseWriter, r *http.Request, d *store.DataSource) {
	kind, known := kinds[d.Type]
	if !known {
		notInStandIn(w, "check a data source of type "+d.Type)
		return
	}
	message, err := kind.health(r.Context(), s.client(d))
	if err != nil {
		writeJSON(w, http.StatusBadRequest, object{"status": "ERROR", "message": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, object{"status": "OK", "message": message})
}

// proxy hands a request on to the data source with its credentials, and without ours.
func (s *Server) proxy(w http.ResponseWriter, r *http.Request, d *store.DataSource) {
	target, err := url.Parse(d.URL)
	if err != nil || target.Host == "" {
		refuse(w, http.StatusBadRequest, "Invalid data source URL")
		return
	}
	client := s.client(d)
	(&httputil.ReverseProxy{
		Transport: client.Transport(),
		Rewrite: func(out *httputil.ProxyRequest) {
			out.Out.URL.Path, out.Out.URL.RawPath = "/"+strings.TrimPrefix(r.PathValue("path"), "/"), ""
			out.SetURL(target)
			for _, name := range []string{"Cookie", "Authorization", "Origin", "Referer"} {
				out.Out.Header.Del(name)
			}
			client.Authorize(out.Out)
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			s.Log.Error("Data proxy error", "datasource", d.Name, "error", err)
			refuse(w, http.StatusBadGateway, "Bad Gateway")
		},
	}).ServeHTTP(w, r)
}
