"""Words that other programs keep for themselves."""

from __future__ import annotations

from orchestrator.load.problems import Problems
from orchestrator.model.source import Source

_ANSIBLE = """
action always any_errors_fatal args async async_val become become_exe become_flags become_method become_user
block changed_when check_mode collections connection cycler debugger delay delegate_facts delegate_to dict
diff environment fact_path failed_when force_handlers gather_facts gather_subset gather_timeout groups
handlers hosts ignore_errors ignore_unreachable inventory_hostname joiner lipsum local_action lookup loop
loop_control loop_with max_fail_percentage module_defaults name namespace no_log notify now omit order poll
port post_tasks pre_tasks q query range register remote_user rescue retries roles run_once serial strategy
tags tasks throttle timeout undef until validate_argspec vars vars_files vars_prompt
when with_
"""
_DEVICES = """
con prn aux nul com0 com1 com2 com3 com4 com5 com6 com7 com8 com9
lpt0 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9
"""
_AUTHORITIES = """
anonymous batch builtin dialup domain enterprise interactive internet local localhost network null proxy
restricted self server service system terminal users world
"""
_ACCOUNTS = """
administrator administrators dnsadmins dnsupdateproxy guest guests iis_iusrs krbtgt replicator
"""

ANSIBLE_WORDS = frozenset(_ANSIBLE.split())
"""Keywords of plays and tasks, functions of templates: as a variable's name they would be misread."""

DEVICES = frozenset(_DEVICES.split())
"""Names of devices on Windows: nothing that may become a folder there can be called so."""

MACHINE_WORDS = DEVICES | {*_AUTHORITIES.split(), "all", "ungrouped"}
"""Names that no machine may have under NetBIOS, Windows or Ansible."""

ACCOUNT_WORDS = DEVICES | {*_AUTHORITIES.split(), *_ACCOUNTS.split()}
"""Names that Windows and a new directory keep for accounts and groups of their own."""


def note_reserved(source: Source, key: str, remedy: str, problems: Problems) -> None:
    """Note a key that Ansible would read as its own."""
    problems.add(source, "TH-KEY-RESERVED", key, "Ansible keeps this word for itself", remedy)
