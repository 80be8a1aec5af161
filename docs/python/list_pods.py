#!/usr/bin/python3
"""Lists all pods with their IPs, as the typed client sees them."""
from kubernetes import client, config

config.load_kube_config()
print("Listing pods with their IPs:")
for pod in client.CoreV1Api().list_pod_for_all_namespaces(watch=False).items:
    print(f"{pod.status.pod_ip}\t{pod.metadata.namespace}\t{pod.metadata.name}")
