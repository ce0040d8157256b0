"""Logging in: the person of a PC does, with a ticket and whichever controller is down; others do not."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from orchestrator.verify.checks.first_passwords import who_chose_their_own
from orchestrator.verify.checks.tickets import WRONG_PASSWORD, complaint
from orchestrator.verify.context import Context
from orchestrator.verify.plugin import CONTEXT

pytestmark = pytest.mark.role("domain_member")

LogIn = Callable[[str, str], subprocess.CompletedProcess[str]]
PATIENCE = 90
CACHED = "Authenticated with cached credentials"
SAMBA, COMES_BACK, DOWN_AT_MOST = "samba-ad-dc", "townhall-check-comes-back", "10min"
PORT_IS_OPEN = "python3 -c 'import socket; socket.create_connection((\"{address}\", 389), 2)'"


@pytest.fixture
def people(arguments: dict[str, Any], context: Context) -> dict[str, str]:
    """First passwords of the people who may log in and still have it."""
    own = who_chose_their_own(context)
    passwords = _first_passwords(context)
    return {
        account: passwords[account]
        for account in arguments["domain_member_login_users"]
        if account not in own
    }


@pytest.fixture
def log_in(machine: Any, context: Context, tmp_path: Path) -> LogIn:
    """Logs an account in with a password."""
    return partial(_log_in, context, tmp_path, machine)


def test_the_domain_accepts_the_machines_key(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: `samba-tool user setpassword` for the machine's account."""
    assert machine.run(f"adcli testjoin --domain={arguments['domain_member_domain']}").rc == 0


def test_the_join_password_opens_nothing_any_more(
    machine: Any, arguments: dict[str, Any], context: Context
) -> None:
    """Sabotage: apply the role directory with directory_rejoin naming the machine."""
    principal = f"{arguments['domain_member_hostname']}$@{arguments['domain_member_realm']}"
    password = arguments["domain_member_join_password"]
    said = complaint(context, machine.backend.hostname, principal, password)
    assert any(words in said for words in WRONG_PASSWORD), said or "the join password still opens the account"


def test_the_machine_holds_no_key_but_its_own(machine: Any, arguments: dict[str, Any]) -> None:
    """Sabotage: add the Administrator's key to /etc/krb5.keytab with ktutil."""
    name, fqdn = arguments["domain_member_hostname"], arguments["domain_member_fqdn"]
    lines = machine.check_output("klist -k /etc/krb5.keytab").splitlines()[3:]
    owners = {line.split()[1].partition("@")[0] for line in lines}
    own = {f"{name}$", *(f"{kind}/{host}" for kind in ("host", "RestrictedKrbHost") for host in (name, fqdn))}
    assert owners
    assert owners <= own


def test_the_person_logs_in_over_ssh_and_holds_a_ticket(people: dict[str, str], log_in: LogIn) -> None:
    """Sabotage: stop sssd, or take the person off simple_allow_users."""
    for account, password in people.items():
        _assert_logged_in_with_ticket(_online(log_in, account, password), account)


def test_the_machine_lets_in_its_people_and_nobody_else(
    machine: Any, arguments: dict[str, Any], context: Context
) -> None:
    """The machine's own verdict for every account of the town, which needs nobody's password.

    Sabotage: set `access_provider = permit` in sssd.conf and restart sssd.
    """
    allowed = set(arguments["domain_member_login_users"])
    strangers = sorted({user.account for user in context.intent.users if user.enabled} - allowed)
    for account in [*sorted(allowed), *strangers[:3]]:
        said = machine.run(f"sssctl user-checks -a acct -s sshd {account}")
        assert ("pam_acct_mgmt: Success" in said.stdout + said.stderr) == (account in allowed), account


def test_a_colleague_with_a_right_password_is_refused(
    machine: Any, arguments: dict[str, Any], context: Context, log_in: LogIn
) -> None:
    """Sabotage: add the colleague to simple_allow_users in sssd.conf and restart sssd."""
    allowed, own = set(arguments["domain_member_login_users"]), who_chose_their_own(context)
    passwords = _first_passwords(context)
    colleagues = [user.account for user in context.intent.users if user.enabled]
    for account in [account for account in colleagues if account not in allowed | own][:1]:
        assert machine.run(f"getent passwd {account}").rc == 0, f"{account} is not known at all"
        done = log_in(account, passwords[account])
        assert done.returncode != 0
        assert "uid=" not in done.stdout


@pytest.mark.town
@pytest.mark.alone
def test_the_person_logs_in_with_a_new_ticket_while_a_controller_is_down(
    machine: Any, people: dict[str, str], context: Context, log_in: LogIn, stopped: str
) -> None:
    """Each controller is stopped in turn; old tickets are destroyed, so that a new one proves a log-on.

    Where the town has only one left, nobody can take over, and nothing is stopped.

    Sabotage: name one controller only in the kdc lines of krb5.conf and in ad_server of sssd.conf.
    """
    arguments = context.arguments(machine.backend.hostname, "domain_member")
    known = arguments["domain_member_controllers"]
    assert {one["name"].partition(".")[0] for one in known} == _controllers(context)
    for account, password in list(people.items())[:1] if stopped else ():
        machine.run(f"find /tmp -maxdepth 1 -name 'krb5cc_*' -user {account} -delete")
        _assert_logged_in_with_ticket(_online(log_in, account, password), f"{account}, {stopped} down")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Stop each controller once, however many machines are tried meanwhile."""
    if "stopped" in metafunc.fixturenames:
        controllers = sorted(_controllers(metafunc.config.stash[CONTEXT]))
        each = controllers if len(controllers) > 1 else [""]
        metafunc.parametrize("stopped", each, indirect=True, scope="session")


@pytest.fixture(scope="session")
def stopped(request: pytest.FixtureRequest) -> Iterator[str]:
    """The controller that is down meanwhile; it answers again afterwards, whatever happens.

    Where this very process ends in the middle, a timer of the controller itself brings it back.
    """
    if not request.param:
        yield ""
        return
    context = request.config.stash[CONTEXT]
    host = context.machine(request.param)
    address = context.intent.placements[request.param].address
    host.run(f"systemctl stop {COMES_BACK}.timer")
    arm = f"systemd-run --quiet --collect --unit={COMES_BACK} --on-active={DOWN_AT_MOST}"
    host.check_output(f"{arm} systemctl start {SAMBA}")
    try:
        host.check_output(f"systemctl stop {SAMBA}")
        yield request.param
        assert not host.service(SAMBA).is_running, f"{request.param} was not down all the time"
    finally:
        host.run(f"systemctl start {SAMBA}; systemctl stop {COMES_BACK}.timer")
        end = time.monotonic() + 60
        while host.run(PORT_IS_OPEN.format(address=address)).rc and time.monotonic() < end:
            time.sleep(0.2)


def _controllers(context: Context) -> set[str]:
    return {host for host, role in context.units if role == "domain_controller"}


def _first_passwords(context: Context) -> dict[str, str]:
    host = next(host for host, role in sorted(context.units) if role == "directory")
    users = context.arguments(host, "directory")["directory_users"]
    return {user["account"]: user["initial_password"] for user in users}


def _log_in(
    context: Context, folder: Path, machine: Any, account: str, password: str
) -> subprocess.CompletedProcess[str]:
    """Log in over a new connection; ssh asks a helper for the password, so none is on a command line."""
    helper = folder / "askpass"
    helper.write_text('#!/bin/sh\nprintf "%s\\n" "$TOWNHALL_PASSWORD"\n')
    helper.chmod(0o700)
    options = {
        "ControlMaster": "no",
        "ControlPath": "none",
        "PreferredAuthentications": "password",
        "PubkeyAuthentication": "no",
        "NumberOfPasswordPrompts": "1",
        "BatchMode": "no",
        "ConnectTimeout": "10",
    }
    call = ["ssh", "-F", str(context.ssh_config), "-l", account]
    call += [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    environment = {
        **os.environ,
        "SSH_ASKPASS": str(helper),
        "SSH_ASKPASS_REQUIRE": "force",
        "TOWNHALL_PASSWORD": password,
    }
    call += [machine.backend.hostname, "export LC_ALL=C; id; pwd; klist -s && klist"]
    return subprocess.run(
        call,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )


def _online(log_in: LogIn, account: str, password: str) -> subprocess.CompletedProcess[str]:
    """Log in; a machine that just reached no controller gives no ticket before it looks again."""
    end = time.monotonic() + PATIENCE
    while CACHED in (done := log_in(account, password)).stderr and time.monotonic() < end:
        time.sleep(3)
    return done


def _assert_logged_in_with_ticket(done: subprocess.CompletedProcess[str], who: str) -> None:
    assert done.returncode == 0, f"{who}: {done.stderr.strip()} {done.stdout.strip()}"
    assert "uid=" in done.stdout, who
    assert "krbtgt/" in done.stdout, who
