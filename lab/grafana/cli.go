package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"podwatch/lab/grafana/internal/auth"
	"podwatch/lab/grafana/internal/settings"
	"podwatch/lab/grafana/internal/store"
)

var (
	cliFlags   = map[string]string{"homepath": "", "config": ""}
	resetFlags = map[string]string{"password-from-stdin": "bool"}
)

// cli is `grafana cli`; the stand-in has the one command that an administrator of the lab needs.
func cli(args []string) error {
	global, rest, err := parseFlags(args, cliFlags)
	if err != nil {
		return err
	}
	if len(rest) > 0 && rest[0] == "plugins" {
		return errors.New("the stand-in for Grafana has no plugins")
	}
	if len(rest) < 2 || rest[0] != "admin" || rest[1] != "reset-admin-password" {
		return fmt.Errorf("no such command: %s\n%s", strings.Join(rest, " "), usage)
	}
	return resetPassword(global, rest[2:])
}

func resetPassword(global flags, args []string) error {
	given, words, err := parseFlags(args, resetFlags)
	if err != nil {
		return err
	}
	password, err := newPassword(given["password-from-stdin"] == "true", words)
	if err != nil {
		return err
	}
	config, err := settings.Load(settings.Options{HomePath: homePath(global), ConfigFile: global["config"]})
	if err != nil {
		return err
	}
	if !store.Exists(config.DataPath) {
		return fmt.Errorf("no data in %q: start the server first, or give its data path in GF_PATHS_DATA", config.DataPath)
	}
	data, err := store.Open(config.DataPath)
	if err != nil {
		return err
	}
	service := &auth.Service{Store: data, Now: time.Now}
	if err := service.ChangePassword(1, password); err != nil {
		return err
	}
	fmt.Println("\nAdmin password changed successfully ✔")
	return nil
}

func newPassword(fromStdin bool, words []string) (string, error) {
	password := ""
	if fromStdin {
		fmt.Print("New Password: ")
		lines := bufio.NewScanner(os.Stdin)
		if !lines.Scan() {
			return "", errors.New("can't read password from stdin")
		}
		password = lines.Text()
	} else if len(words) > 0 {
		password = words[0]
	}
	if auth.IsWeak(password) {
		return "", errors.New("new password is too short")
	}
	return password, nil
}

// homePath is --homepath, else where the image has Grafana.
func homePath(given flags) string {
	if home := given["homepath"]; home != "" {
		return home
	}
	if home := os.Getenv("GF_PATHS_HOME"); home != "" {
		return home
	}
	return "/usr/share/grafana"
}
