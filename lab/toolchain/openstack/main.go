// The plugin `openstack`, where Pulumi's download cannot be had: the same provider of Terraform behind the same bridge, with those of its
// resources that Podwatch makes, under the names that the official plugin gives them.
package main

import (
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/terraform-provider-openstack/terraform-provider-openstack/openstack"
)

// Set by the build.
var version = "0.0.0"

var resources = map[string]string{
	"openstack_blockstorage_volume_v3":             "blockstorage/volume:Volume",
	"openstack_compute_instance_v2":                "compute/instance:Instance",
	"openstack_compute_keypair_v2":                 "compute/keypair:Keypair",
	"openstack_compute_volume_attach_v2":           "compute/volumeAttach:VolumeAttach",
	"openstack_networking_floatingip_associate_v2": "networking/floatingIpAssociate:FloatingIpAssociate",
	"openstack_networking_floatingip_v2":           "networking/floatingIp:FloatingIp",
	"openstack_networking_network_v2":              "networking/network:Network",
	"openstack_networking_port_v2":                 "networking/port:Port",
	"openstack_networking_router_interface_v2":     "networking/routerInterface:RouterInterface",
	"openstack_networking_router_v2":               "networking/router:Router",
	"openstack_networking_secgroup_rule_v2":        "networking/secGroupRule:SecGroupRule",
	"openstack_networking_secgroup_v2":             "networking/secGroup:SecGroup",
	"openstack_networking_subnet_v2":               "networking/subnet:Subnet",
}

func main() {
	info := tfbridge.ProviderInfo{
		P:         shim.NewProvider(openstack.Provider()),
		Name:      "openstack",
		Version:   version,
		Resources: map[string]*tfbridge.ResourceInfo{},
		DataSources: map[string]*tfbridge.DataSourceInfo{
			"openstack_networking_network_v2": {Tok: tokens.ModuleMember("openstack:networking/getNetwork:getNetwork")},
		},
	}
	for name, token := range resources {
		info.Resources[name] = &tfbridge.ResourceInfo{Tok: tokens.Type("openstack:" + token)}
	}
	tfbridge.Main("openstack", version, info, []byte(`{"name":"openstack","version":"`+version+`"}`))
}
