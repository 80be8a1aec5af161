#!/usr/bin/python3
"""Creates an nginx pod from a plain dict, and says what became of it."""
from kubernetes import client, config

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "nginx", "labels": {"app": "nginx"}},
    "spec": {"containers": [{"name": "nginx", "image": "nginx", "ports": [{"containerPort": 80}]}]},
}

config.load_kube_config()
created = client.CoreV1Api().create_namespaced_pod(namespace="default", body=POD)
print(f"Pod created. name={created.metadata.name} phase={created.status.phase} uid={created.metadata.uid}")
