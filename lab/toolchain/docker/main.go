// The plugin `docker`, where Pulumi's download cannot be had: the same provider of Terraform behind the same bridge, with those of its
// resources that Podwatch makes, under the names that the official plugin gives them.
//
// Build tags: no_compose
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// Set by the build.
var version = "0.0.0"

var resources = map[string]string{
	"docker_container": "container:Container",
	"docker_image":     "remoteImage:RemoteImage",
	"docker_network":   "network:Network",
	"docker_volume":    "volume:Volume",
}

func main() {
	info := tfbridge.ProviderInfo{
		P:         shim.NewProvider(provider.New(version)()),
		Name:      "docker",
		Version:   version,
		Resources: map[string]*tfbridge.ResourceInfo{},
	}
	for name, token := range resources {
		info.Resources[name] = &tfbridge.ResourceInfo{Tok: tokens.Type("docker:index/" + token)}
	}
	// Not in the plural, as the bridge would have them.
	info.Resources["docker_container"].Fields = map[string]*tfbridge.SchemaInfo{
		"command":           {Name: "command"},
		"networks_advanced": {Name: "networksAdvanced"},
	}
	tfbridge.Main("docker", version, info, []byte(`{"name":"docker","version":"`+version+`"}`))
}
