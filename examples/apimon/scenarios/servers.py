#!/usr/bin/env python3
import openstack

cloud = openstack.connect()
print(len(list(cloud.compute.servers())), "servers")
