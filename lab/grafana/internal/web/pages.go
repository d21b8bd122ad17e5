package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"io/fs"
	"net/http"
	"sort"

	"podwatch/lab/grafana/internal/store"
)

//go:embed assets
var assets embed.FS

var pages = template.Must(template.ParseFS(assets, "assets/*.gohtml"))

// page is what every page shows, and its own content.
type page struct {
	Banner, Title, Base, User string
	SignedIn                  bool
	Content                   any
}

func (s *Server) routePages(route router) {
	files, err := fs.Sub(assets, "assets/public")
	if err != nil {
		panic(err) // embedded: cannot be missing
	}
	route("GET /public/", public, func(w http.ResponseWriter, r *http.Request, _ identity) {
		http.StripPrefix("/public/", http.FileServerFS(files)).ServeHTTP(w, r)
	})
	route("GET /robots.txt", public, func(w http.ResponseWriter, _ *http.Request, _ identity) {
		_, _ = w.Write([]byte("User-agent: *\nDisallow: /\n"))
	})
	route("GET /{$}", viewer, s.homePage)
	route("GET /dashboards", viewer, s.homePage)
	route("GET /dashboards/f/{uid}/{slug...}", viewer, s.homePage)
	route("GET /d/{uid}", viewer, s.dashboardPage)
	route("GET /d/{uid}/{slug...}", viewer, s.dashboardPage)
	route("/", viewer, func(w http.ResponseWriter, _ *http.Request, who identity) {
		s.render(w, http.StatusNotFound, "missing.gohtml", "Page not found", who, nil)
	})
}

func (s *Server) render(w http.ResponseWriter, status int, name, title string, who identity, content any) {
	var text bytes.Buffer
	err := pages.ExecuteTemplate(&text, name, page{Banner: Banner, Title: title, Base: s.Settings.AppSubURL,
		User: who.user.Login, SignedIn: who.user.ID != 0, Content: content})
	if err != nil {
		s.Log.Error("page cannot be made", "name", name, "error", err)
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("X-Frame-Options", "deny")
	w.WriteHeader(status)
	_, _ = text.WriteTo(w)
}

func (s *Server) loginPage(w http.ResponseWriter, r *http.Request, who identity) {
	if who.user.ID != 0 {
		http.Redirect(w, r, s.redirectAfterLogin(r), http.StatusFound)
		return
	}
	s.render(w, http.StatusOK, "login.gohtml", "Log in", who, nil)
}

// listing is one folder of the start page.
type listing struct {
	Title      string
	Dashboards []link
}

type link struct{ Title, URL string }

func (s *Server) homePage(w http.ResponseWriter, r *http.Request, who identity) {
	byFolder := map[string]*listing{}
	_ = s.Store.View(func(state *store.State) error {
		for _, dashboard := range state.Dashboards {
			if only := r.PathValue("uid"); only != "" && dashboard.FolderUID != only {
				continue
			}
			title := "Dashboards"
			if folder := state.Folder(dashboard.FolderUID); folder != nil {
				title = folder.Title
			}
			if byFolder[dashboard.FolderUID] == nil {
				byFolder[dashboard.FolderUID] = &listing{Title: title}
			}
			list := byFolder[dashboard.FolderUID]
			list.Dashboards = append(list.Dashboards, link{dashboard.Title, s.dashboardURL(dashboard)})
		}
		return nil
	})
	all := []*listing{}
	for _, list := range byFolder {
		sort.Slice(list.Dashboards, func(i, j int) bool { return list.Dashboards[i].Title < list.Dashboards[j].Title })
		all = append(all, list)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].Title < all[j].Title })
	s.render(w, http.StatusOK, "home.gohtml", "Dashboards", who, all)
}

func (s *Server) dashboardPage(w http.ResponseWriter, r *http.Request, who identity) {
	var title string
	var data json.RawMessage
	_ = s.Store.View(func(state *store.State) error {
		if dashboard := state.Dashboard(r.PathValue("uid")); dashboard != nil {
			title, data = dashboard.Title, dashboard.Data
		}
		return nil
	})
	if data == nil {
		s.render(w, http.StatusNotFound, "missing.gohtml", "Dashboard not found", who, nil)
		return
	}
	var content any
	_ = json.Unmarshal(data, &content)
	s.render(w, http.StatusOK, "dashboard.gohtml", title, who, content)
}
