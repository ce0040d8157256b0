"""What the directory knows: departments as units, people as users, their groups, machines as computers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from orchestrator.model.intent import Computer, Group, OrganisationalUnit, Placement, User
from orchestrator.model.names import COMPUTERS, GROUPS, PEOPLE, TOWN_OU, department_group
from orchestrator.model.source import because
from orchestrator.model.town import Department, DirectoryGroup, Person, Town


def organisational_units(town: Town, accounts: tuple[Computer, ...]) -> tuple[OrganisationalUnit, ...]:
    """The town's unit, one for groups, and two inside each department's; parents stand before children."""
    line = because(town.identity)
    top = OrganisationalUnit("Townhall", "", town.identity.title, line)
    groups = OrganisationalUnit(GROUPS, TOWN_OU, "", line)
    shared = [OrganisationalUnit(COMPUTERS, TOWN_OU, "", line)] if _shared(accounts) else []
    return (top, groups, *shared, *_of_departments(town))


def users(town: Town) -> tuple[User, ...]:
    """An account for every person; the account of one who left is disabled."""
    return tuple(_user(town, person) for _, person in sorted(town.people.items()))


def groups(town: Town) -> tuple[Group, ...]:
    """A group for every department and the groups that people made, by name; who left is in none."""
    staff: dict[str, list[Person]] = defaultdict(list)
    for _, person in sorted(town.people.items()):
        if not person.left:
            staff[person.department].append(person)
    found = [_of_department(department, staff[key]) for key, department in town.departments.items()]
    found += [_named(town, group, staff) for group in town.directory_groups.values()]
    return tuple(sorted(found, key=lambda group: group.name))


def computers(
    town: Town, placements: Mapping[str, Placement], members: tuple[str, ...]
) -> tuple[Computer, ...]:
    """A prepared account for every machine that joins the domain, in its department's unit."""
    return tuple(_computer(town, placements[name]) for name in members)


def _of_departments(town: Town) -> Iterator[OrganisationalUnit]:
    for key, department in sorted(town.departments.items()):
        line = because(department)
        inside = f"OU={key},{TOWN_OU}"
        yield OrganisationalUnit(key, TOWN_OU, department.title, line)
        yield OrganisationalUnit(PEOPLE, inside, "", line)
        yield OrganisationalUnit(COMPUTERS, inside, "", line)


def _user(town: Town, person: Person) -> User:
    given_name, _, surname = person.name.partition(" ")
    return User(
        account=person.account,
        display_name=person.name,
        given_name=given_name,
        surname=surname.strip() or given_name,
        ou=f"OU={PEOPLE},OU={person.department},{TOWN_OU}",
        post=person.post,
        department=town.departments[person.department].title,
        enabled=not person.left,
        because=because(person, town.departments[person.department]),
    )


def _of_department(department: Department, staff: list[Person]) -> Group:
    return Group(
        name=department_group(department.key),
        ou=f"OU={GROUPS},{TOWN_OU}",
        description=department.title,
        members=tuple(person.account for person in staff),
        because=because(department, *staff),
    )


def _named(town: Town, group: DirectoryGroup, staff: Mapping[str, list[Person]]) -> Group:
    named = [town.people[account] for account in group.people if not town.people[account].left]
    everyone = [person for key in group.departments for person in staff.get(key, ())]
    members = {person.account: person for person in (*named, *everyone)}
    return Group(
        name=group.name,
        ou=f"OU={GROUPS},{TOWN_OU}",
        description=group.title,
        members=tuple(sorted(members)),
        because=because(group, *(person for _, person in sorted(members.items()))),
    )


def _computer(town: Town, placement: Placement) -> Computer:
    inside = f"OU={placement.department},{TOWN_OU}" if placement.department else TOWN_OU
    host = town.hosts[placement.host]
    person = town.people.get(host.person or "")
    department = town.departments.get(placement.department or "")
    lines = because(host, person, department, town.identity)
    return Computer(placement.host, f"OU={COMPUTERS},{inside}", placement.fqdn, lines)


def _shared(accounts: tuple[Computer, ...]) -> bool:
    """Whether a machine belongs to no department, so that its account needs a place of its own."""
    return any(computer.ou == f"OU={COMPUTERS},{TOWN_OU}" for computer in accounts)
