package store

import (
	"encoding/json"
	"time"
)

// State is everything that survives a restart; the file on disk is its JSON.
type State struct {
	StandIn     string        `json:"standIn"`
	NextID      int64         `json:"nextId"`
	Users       []User        `json:"users"`
	Sessions    []Session     `json:"sessions"`
	Attempts    []Attempt     `json:"loginAttempts"`
	DataSources []*DataSource `json:"dataSources"`
	Folders     []*Folder     `json:"folders"`
	Dashboards  []*Dashboard  `json:"dashboards"`
}

// User is an account; only the hash of its password is kept.
type User struct {
	ID       int64  `json:"id"`
	Login    string `json:"login"`
	Email    string `json:"email"`
	Salt     string `json:"salt"`
	Password string `json:"password"`
	Role     string `json:"role"`
	IsAdmin  bool   `json:"isGrafanaAdmin"`
}

// Session is a login by cookie; only the hash of the cookie is kept.
type Session struct {
	UserID  int64     `json:"userId"`
	Hash    string    `json:"hash"`
	Expires time.Time `json:"expires"`
}

// Attempt is one login that failed.
type Attempt struct {
	Login string    `json:"login"`
	At    time.Time `json:"at"`
}

// DataSource is a provisioned data source; Secure holds sealed values.
type DataSource struct {
	ID              int64             `json:"id"`
	UID             string            `json:"uid"`
	Name            string            `json:"name"`
	Type            string            `json:"type"`
	Access          string            `json:"access"`
	URL             string            `json:"url"`
	User            string            `json:"user"`
	Database        string            `json:"database"`
	BasicAuth       bool              `json:"basicAuth"`
	BasicAuthUser   string            `json:"basicAuthUser"`
	WithCredentials bool              `json:"withCredentials"`
	IsDefault       bool              `json:"isDefault"`
	JSONData        map[string]any    `json:"jsonData"`
	Secure          map[string]string `json:"secure"`
	ReadOnly        bool              `json:"readOnly"`
	Prunable        bool              `json:"prunable"`
	Version         int               `json:"version"`
}

// Folder holds dashboards; ParentUID is empty at the top.
type Folder struct {
	ID        int64  `json:"id"`
	UID       string `json:"uid"`
	Title     string `json:"title"`
	ParentUID string `json:"parentUid"`
}

// Dashboard is the JSON of a dashboard and, when it came from a file, where from.
type Dashboard struct {
	ID        int64           `json:"id"`
	UID       string          `json:"uid"`
	Title     string          `json:"title"`
	FolderUID string          `json:"folderUid"`
	Tags      []string        `json:"tags"`
	Version   int             `json:"version"`
	Created   time.Time       `json:"created"`
	Updated   time.Time       `json:"updated"`
	Data      json.RawMessage `json:"data"`
	// Provider, File and Checksum are empty for a dashboard saved through the API.
	Provider string `json:"provider,omitempty"`
	File     string `json:"file,omitempty"`
	Checksum string `json:"checksum,omitempty"`
}

// ID hands out the next number.
func (s *State) ID() int64 {
	s.NextID++
	return s.NextID
}

// UserByLogin finds an account by name or e-mail; nil when there is none.
func (s *State) UserByLogin(login string) *User {
	for i := range s.Users {
		if s.Users[i].Login == login || (s.Users[i].Email != "" && s.Users[i].Email == login) {
			return &s.Users[i]
		}
	}
	return nil
}

// UserByID finds an account; nil when there is none.
func (s *State) UserByID(id int64) *User {
	for i := range s.Users {
		if s.Users[i].ID == id {
			return &s.Users[i]
		}
	}
	return nil
}

// DataSource finds the first that matches; nil when none does.
func (s *State) DataSource(match func(*DataSource) bool) *DataSource {
	return find(s.DataSources, match)
}

// Folder finds by uid; nil when there is none.
func (s *State) Folder(uid string) *Folder {
	return find(s.Folders, func(f *Folder) bool { return f.UID == uid })
}

// Dashboard finds by uid; nil when there is none.
func (s *State) Dashboard(uid string) *Dashboard {
	return find(s.Dashboards, func(d *Dashboard) bool { return d.UID == uid })
}

func find[T any](items []*T, match func(*T) bool) *T {
	for _, item := range items {
		if match(item) {
			return item
		}
	}
	return nil
}
