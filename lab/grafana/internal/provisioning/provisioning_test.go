package provisioning

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCheckUID(t *testing.T) {
	for uid, good := range map[string]bool{
		"": true, "a-B_9": true, "a b": false, "a/b": false,
		"1234567890123456789012345678901234567890": true, "12345678901234567890123456789012345678901": false,
	} {
		if err := CheckUID(uid); (err == nil) != good {
			t.Errorf("%q: %v", uid, err)
		}
	}
}

func TestInterpolation(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.yaml")
	text := "name: $$price ${WORD}\nflag: $FLAG\nnumber: ${NUMBER}\njsonData: { text: $NUMBER, deep: [$WORD] }\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("WORD", "w")
	t.Setenv("FLAG", "true")
	t.Setenv("NUMBER", "7")
	var got struct {
		Name     string
		Flag     bool
		Number   int
		JSONData map[string]any `yaml:"jsonData"`
	}
	if err := readYAML(file, &got); err != nil {
		t.Fatal(err)
	}
	deep, _ := got.JSONData["deep"].([]any)
	if got.Name != "$price w" || !got.Flag || got.Number != 7 || got.JSONData["text"] != "7" || len(deep) != 1 || deep[0] != "w" {
		t.Errorf("got %+v", got)
	}
}
