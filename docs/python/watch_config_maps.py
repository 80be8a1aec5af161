#!/usr/bin/python3
"""Watches ConfigMaps with the dynamic client, which knows no kind before it has asked the server, and makes some."""
from kubernetes import config, dynamic

NAMESPACE = "default"
config.load_kube_config()
maps = dynamic.DynamicClient(config.new_client_from_config()).resources.get(api_version="v1", kind="ConfigMap")
listed = maps.get(namespace=NAMESPACE)

for number in (1, 2):
    body = {"metadata": {"name": f"dynamic-{number}"}, "data": {"number": str(number)}}
    maps.create(namespace=NAMESPACE, body=body)
maps.patch(
    name="dynamic-1",
    namespace=NAMESPACE,
    body={"data": {"number": "one"}},
    content_type="application/merge-patch+json",
)
maps.delete(name="dynamic-2", namespace=NAMESPACE)

seen = 0
for event in maps.watch(namespace=NAMESPACE, resource_version=listed.metadata.resourceVersion, timeout=30):
    found = event["object"]
    print(event["type"], found.metadata.name, found.data.number)
    seen += 1
    if seen == 4:
        break
