"""Flows: the firewall's rules -> exactly what they let through, and what a change of them opens and closes.

A flow is the first packet of a conversation: the interface where it comes in and its source, the interface
where it goes out and its destination, protocol and port. Covered is all that the rendered rules decide: what
crosses the firewall and what enters it, published ports, rules with a last day (the set is that of the days
before it). Not flows, and so in no set: replies and related traffic; sources that the reverse path check
drops because their replies would leave elsewhere; loopback, multicast and broadcast; a client asking for its
first lease. Of ICMP only the echo request is told apart, to the firewall at any rate of packets. IPv6 is in
no set: the rules drop it before they accept anything, and a text that does not is refused.
"""

from __future__ import annotations

from orchestrator.flows.changes import FlowChange, allowed, allowed_by, changes, rows
from orchestrator.flows.flow_set import FlowSet, Packet
from orchestrator.flows.rows import Row

__all__ = ["FlowChange", "FlowSet", "Packet", "Row", "allowed", "allowed_by", "changes", "rows"]
