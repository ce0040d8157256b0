"""What is the same in every made town: zones, servers, services, policy, connection."""

from __future__ import annotations

DEPARTMENTS = {
    "administration": "Одељење за општу управу",
    "cabinet": "Кабинет председника",
    "finance": "Одељење за финансије",
    "inspection": "Одељење за инспекцијске послове",
    "it": "Одељење за информатику",
    "legal": "Служба за правне послове",
    "planning": "Одељење за урбанизам",
    "property": "Одељење за имовинско-правне послове",
    "registry": "Писарница",
    "social": "Одељење за друштвене делатности",
}

ZONES = """
zones:
  users: {title: "workstations of staff"}
  servers: {title: "servers of the town"}
  management: {title: "switches"}
  internet: {title: "everything outside"}
networks:
  servers: {vlan: 20, zone: servers, building: B1, subnet: 10.0.20.0/24, gateway: 10.0.20.1}
  management: {vlan: 99, zone: management, building: B1, subnet: 10.0.64.0/18, gateway: 10.0.64.1}
  internet: {vlan: 200, zone: internet, building: B1, subnet: 10.0.200.0/24, gateway: 10.0.200.1}
"""

SERVERS = """
firewalls:
  hosts:
    fw1: {mac: "d0:94:66:00:99:01", address: 10.0.64.1, platform: debian13}
domain_controllers:
  hosts:
    dc2: {mac: "d0:94:66:00:20:12", address: 10.0.20.12, socket: "B1-001-2", platform: debian13}
  children:
    operations_masters:
      hosts:
        dc1: {mac: "d0:94:66:00:20:11", address: 10.0.20.11, socket: "B1-001-1", platform: debian13}
servers:
  children:
    dhcp_servers:
      hosts:
        dhcp1: {mac: "d0:94:66:00:20:13", address: 10.0.20.13, socket: "B1-001-3", platform: debian13}
    antivirus_servers:
      hosts:
        av1: {mac: "d0:94:66:00:20:14", address: 10.0.20.14, socket: "B1-001-4", platform: debian13}
    backup_servers:
      hosts:
        backup1: {mac: "d0:94:66:00:20:15", address: 10.0.20.15, socket: "B1-001-5", platform: debian13}
"""

SERVICES = """
services:
  directory: {group: domain_controllers, ports: [tcp/53, udp/53, tcp/88, udp/88, udp/123, tcp/389, tcp/445]}
  dhcp: {group: dhcp_servers, ports: [udp/67]}
  signatures: {group: antivirus_servers, ports: [tcp/80]}
  backup: {group: backup_servers, ports: [tcp/8000]}
  packages: {addresses: [10.0.20.19], ports: [tcp/80]}
package_sources:
  - {uri: "http://10.0.20.19/debian", suite: trixie, components: [main], keyring: /etc/apt/made.gpg}
dns_forwarders: []
"""

POLICY = """
flows:
  - {name: staff-directory, from: [group/workstations], to: [service/directory], owner: it, reason: "log on"}
  - {name: signatures, from: [group/workstations], to: [service/signatures], owner: it, reason: "antivirus"}
  - {name: backup, from: [group/workstations], to: [service/backup], owner: it, reason: "daily backup"}
  - {name: packages, from: [group/workstations], to: [service/packages], owner: it, reason: "updates"}
  - {name: web, from: [group/workstations], to: [zone/internet], ports: [tcp/443], owner: it, reason: "web"}
masquerade:
  - {from: [zone/users, zone/servers], to: zone/internet}
published: []
rules:
  never:
    - {name: management, from: [zone/users, zone/internet], to: [zone/management], reason: "the controller's"}
    - {name: outside, from: [zone/internet], to: [zone/users, zone/servers], reason: "nothing is published"}
  always:
    - {name: log-on, from: [group/workstations], to: [service/directory], reason: "names and time too"}
    - {name: kept-safe, from: [group/workstations], to: [service/signatures, service/backup], reason: "daily"}
limits:
  - {tier: 0, changed: 6, removed: 1}
  - {tier: 2, changed: 30, removed: 10}
approvals:
  - {for: flows, by: [it], least: 2}
"""

CONNECTION = """
reach:
  user: townhall
  private_key: build/made/ssh/id_ed25519
  known_hosts: build/made/ssh/known_hosts
  controller: 10.0.64.2
"""

SECRETS = """
secrets:
  directory_administrator: {tier: 0, version: 1}
  computer_join: {tier: 1, version: 1}
  initial_password: {tier: 1, version: 1}
  backup_access: {tier: 1, version: 1}
  backup_encryption: {tier: 1, version: 1}
"""
