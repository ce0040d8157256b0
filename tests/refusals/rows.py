"""Every row of bad input: the mistakes that stand for it, and the code under which each is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WORKSTATIONS = "hosts/workstations.yml"
PEOPLE = "group_vars/all/people.yml"
NETWORKS = "group_vars/all/networks.yml"
SERVICES = "group_vars/all/services.yml"
ADDRESS = "198.18.10.51"
SUBNET = "subnet: 198.18.40.0/24"


def address(text: str) -> Mapping[str, Any]:
    """A PC's address written so."""
    return {"replace": {WORKSTATIONS: {ADDRESS: text}}}


def subnet(text: str) -> Mapping[str, Any]:
    """A network written so."""
    return {"replace": {NETWORKS: {SUBNET: f"subnet: {text}"}}}


def port(text: str) -> Mapping[str, Any]:
    """A service's port written so."""
    return {"replace": {SERVICES: {"tcp/8000": text}}}


def socket(text: str) -> Mapping[str, Any]:
    """A PC's description written so."""
    return {"replace": {WORKSTATIONS: {'socket: "A-101-1"': f'socket: "A-101-1", description: {text}'}}}


def host(name: str) -> Mapping[str, Any]:
    """A PC called so."""
    return {"replace": {WORKSTATIONS: {"lab-pc-0001:": f"{name}:"}}}


def account(name: str) -> Mapping[str, Any]:
    """A person with this log-on name."""
    return {"replace": {PEOPLE: {"z.nikolic:": f"{name}:"}}}


DEVICES = (
    "con",
    "nul",
    "prn",
    "aux",
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
)
SIGNS = tuple(f"'z.nik{sign}olic'" for sign in '"/\\[]:;|=+*?<>,@ \u2019`$(')
"""Log-on names with a sign that sAMAccountName forbids, or PowerShell takes for more."""

CASES: dict[str, dict[str, str]] = {
    "S-01": {"a_template_in_data": "TH-JINJA"},
    "S-02": {"another_plugin": "TH-PLUGIN"},
    "S-04": {
        "a_connection_setting_in_a_line": "TH-KEY-ANSIBLE",
        "a_connection_setting_in_group_vars": "TH-KEY-ANSIBLE",
        "variables_in_a_hosts_file": "TH-HOSTS-VARS",
    },
    "S-05": {
        "a_text_that_closes_a_quote": "TH-TEXT",
        "a_sign_that_turns_text_around": "TH-CHARACTER",
        "a_letter_of_two_signs": "TH-CHARACTER-NFC",
    },
    "S-06": {"an_address_with_a_second_word": "TH-ADDRESS-FORM"},
    "S-07": {
        "a_network_that_is_everything": "TH-SUBNET-SIZE",
        "a_network_with_host_bits": "TH-SUBNET-BITS",
        "an_ipv6_address": "TH-IPV6",
        "a_flow_that_opens_every_port": "TH-FLOW-PORTS",
    },
    "S-08": {
        "an_address_with_leading_zeros": "TH-ADDRESS-FORM",
        "an_address_in_other_digits": "TH-ADDRESS-FORM",
    },
    "S-09": {"a_name_where_an_address_is_due": "TH-ADDRESS-FORM"},
    "S-10": {
        "a_port_by_name": "TH-PORT",
        "a_port_out_of_range": "TH-PORT",
        "a_port_with_a_second_word": "TH-PORT",
    },
    "S-12": {"a_vlan_out_of_range": "TH-VLAN-NUMBER", "a_vlan_twice": "TH-VLAN-TWICE"},
    "S-13": {
        "a_host_name_that_windows_keeps": "TH-HOST-RESERVED",
        "a_host_name_too_long": "TH-HOST-NAME",
        "a_host_with_the_name_of_the_directory": "TH-HOST-NETBIOS",
        "a_directory_that_windows_keeps": "TH-NETBIOS-RESERVED",
        "a_department_that_windows_keeps": "TH-DIRECTORY-RESERVED",
        "a_group_that_the_directory_has": "TH-DIRECTORY-RESERVED",
        "a_department_twice_but_for_capitals": "TH-DIRECTORY-TWICE",
        "an_account_that_windows_keeps": "TH-ACCOUNT-FORM",
        "an_account_that_is_not_the_persons": "TH-ACCOUNT-NAME",
    },
    "S-15": {"an_alias": "TH-YAML-ALIAS", "nested_too_deep": "TH-YAML-DEPTH"},
    "S-16": {
        "a_key_twice": "TH-KEY-TWICE",
        "a_yes_without_quotes": "TH-YAML-AMBIGUOUS",
        "a_time_without_quotes": "TH-YAML-AMBIGUOUS",
        "a_number_with_a_zero_without_quotes": "TH-YAML-AMBIGUOUS",
        "a_version_without_quotes": "TH-YAML-AMBIGUOUS",
        "a_tab": "TH-CHARACTER",
        "a_tag": "TH-YAML-TAG",
        "a_merge_key": "TH-YAML-MERGE",
        "a_second_document": "TH-YAML-DOCUMENTS",
    },
    "S-17": {"a_path_that_climbs": "TH-PATH"},
    "S-18": {
        "a_secret_in_clear": "TH-SECRET-CLEAR",
        "a_secret_that_is_not_encrypted": "TH-SECRET-CLEAR",
        "a_secret_with_another_vault_id": "TH-SECRET-VAULT-ID",
        "a_whole_file_in_the_vault": "TH-VAULT-FILE",
    },
    "S-23": {
        "a_workstation_among_the_servers": "TH-TIER-BREAK",
        "a_secret_of_another_tier": "TH-SECRET-TIER",
    },
    "S-25": {"no_hosts_at_all": "TH-FILE-MISSING", "hosts_files_without_hosts": "TH-HOSTS-NONE"},
}
"""Golden cases of tests/cases/errors by row."""

MORE: dict[str, dict[str, Mapping[str, Any]]] = {
    "S-05": {text: socket(text) for text in ('"a;b"', '"a{b}"', '"a`b"', '"a\\nb"', '"a\\u0000b"')},
    "S-06": {"an address with a line behind it": address('"198.18.10.51\\n0.0.0.0/0"')},
    "S-07": {text: subnet(text) for text in ("10.0.0.5/0", '"::/0"', '"::ffff:10.0.0.0/104"', "10.0.0.0/7")},
    "S-08": {text: address(text) for text in ("0x0a000001", "1.2.3", '"１０.0.0.1"')},
    "S-09": {"a name": address("lab-dc1")},
    "S-10": {text: port(text) for text in ("tcp/0", "tcp/90-80", "tcp/ssh", '"tcp/22,80; accept"')},
    "S-13": {
        **{f"host {name}": host(name) for name in (*DEVICES, *(name.upper() for name in DEVICES), "p" * 16)},
        **{f"account {name}": account(name) for name in (*DEVICES, *SIGNS, "z.nikolic.", f"z.{'n' * 19}")},
        **{
            f"text {sign}": socket(f'"a{sign}b"') for sign in ("\u2018", "\u2019", "\u201a", "\u201b", "$(x)")
        },
    },
}
"""Further mistakes by row; any refusal will do, for each is refused where its kind is read."""
