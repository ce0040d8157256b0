"""Words that other programs keep for themselves."""

from __future__ import annotations

_ANSIBLE = """
action any_errors_fatal args async async_val become become_user check_mode collections connection debugger
delegate_to diff environment fact_path force_handlers gather_facts gather_subset groups handlers hosts
ignore_errors inventory_hostname loop max_fail_percentage module_defaults name no_log notify order poll port
post_tasks pre_tasks register remote_user retries roles run_once serial strategy tags tasks throttle timeout
until vars vars_files vars_prompt when
"""
_MACHINES = """
con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9
anonymous batch builtin dialup domain enterprise interactive internet local localhost network null proxy
restricted self server service system terminal users world all ungrouped
"""

ANSIBLE_WORDS = frozenset(_ANSIBLE.split())
"""Keywords of plays and tasks: as a variable's name they would be misread."""

MACHINE_WORDS = frozenset(_MACHINES.split())
"""Names that no machine may have under NetBIOS, Windows or Ansible."""
