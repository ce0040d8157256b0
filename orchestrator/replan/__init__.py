"""Replan: from an earlier plan and a few edited lines to the plan of now; the same plan, sooner.

Most lines of a town stand for one PC, person, room, socket, switch or cable. What follows from a few edited
ones is found in an excerpt of the town: their relatives stay, every other such line is left out. Whatever
is not certain that way raises DoubtError, and the whole town is planned.
"""

from orchestrator.replan.base import Base, based_on
from orchestrator.replan.doubt import DoubtError
from orchestrator.replan.replan import Present, foreseen, replan

__all__ = ["Base", "DoubtError", "Present", "based_on", "foreseen", "replan"]
