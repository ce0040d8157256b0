"""The simulated switch behind SSH on a loopback port: what netmiko meets at a real one."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import paramiko

from tests.switches.ios_device import INVALID, IosDevice

NAME = "sg-sw-test"


class _Door(paramiko.ServerInterface):
    def __init__(self, key: str) -> None:
        self._key = key

    def check_auth_publickey(self, _username: str, key: paramiko.PKey) -> int:
        return paramiko.AUTH_SUCCESSFUL if key.get_base64() == self._key else paramiko.AUTH_FAILED

    def get_allowed_auths(self, *_: object) -> str:
        return "publickey"

    def check_channel_request(self, *_: object) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_pty_request(self, *_: object) -> bool:
        return True

    def check_channel_shell_request(self, *_: object) -> bool:
        return True


class IosServer:
    """Serves a device until it is closed; `logins` counts the sessions."""

    def __init__(self, device: IosDevice, client_key: paramiko.PKey, host_key: paramiko.PKey) -> None:
        self.device, self.logins = device, 0
        self._client_key, self._host_key = client_key, host_key
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens on the loopback."""
        return int(self._listener.getsockname()[1])

    def write_known_hosts(self, path: Path) -> None:
        """Pin its host key."""
        name, key = self._host_key.get_name(), self._host_key.get_base64()
        path.write_text(f"[127.0.0.1]:{self.port} {name} {key}\n")

    def close(self) -> None:
        """Stop listening."""
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._session, args=(client,), daemon=True).start()

    def _session(self, client: socket.socket) -> None:
        transport = paramiko.Transport(client)
        transport.add_server_key(self._host_key)
        with contextlib.suppress(paramiko.SSHException, EOFError):
            transport.start_server(server=_Door(self._client_key.get_base64()))
        channel = transport.accept(10) if transport.is_active() else None
        if channel is not None:
            self.logins += 1
            with contextlib.suppress(OSError, EOFError):
                _Terminal(self.device, channel).run()
        transport.close()


class _Terminal:
    def __init__(self, device: IosDevice, channel: paramiko.Channel) -> None:
        self._device, self._channel, self._prompt = device, channel, f"{NAME}>"
        self._paging = True

    def run(self) -> None:
        self._say("")
        while (line := self._read()) is not None:
            if line == "exit" and "config" not in self._prompt:
                return
            answer = self._configure(line) if "config" in self._prompt else self._execute(line)
            self._say(answer)

    def _read(self) -> str | None:
        text = ""
        while True:
            letter = self._channel.recv(1).decode("ascii", "replace")
            if not letter:
                return None
            if letter in "\r\n":
                self._channel.sendall(b"\r\n")
                return text
            self._channel.sendall(letter.encode())
            text += letter

    def _say(self, answer: str, prompt: str | None = None) -> None:
        body = answer + "\n" if answer else ""
        text = body + (self._prompt if prompt is None else prompt)
        self._channel.sendall(text.replace("\n", "\r\n").encode("ascii"))

    def _configure(self, line: str) -> str:
        if line in ("end", "exit"):
            self._prompt = f"{NAME}#"
            return ""
        answer = self._device.configure(line) if line else ""
        if line.startswith("interface "):
            self._prompt = f"{NAME}(config-if)#"
        elif line.startswith("vlan "):
            self._prompt = f"{NAME}(config-vlan)#"
        return answer

    def _execute(self, line: str) -> str:
        if line == "enable":
            self._prompt = f"{NAME}#"
            return ""
        if self._prompt.endswith(">") and not line.startswith("terminal") and line:
            return INVALID
        if line.startswith("reload in "):
            return self._reload()
        answers: dict[str, Callable[[], str]] = {
            "": str,
            "configure terminal": self._enter_configuration,
            "terminal length 0": self._stop_paging,
            "terminal width 511": str,
            "show running-config": self._show,
            "show reload": lambda: (
                "Reload scheduled in 2 minutes" * self._device.reload_scheduled or "No reload is scheduled."
            ),
            "reload cancel": self._cancel,
            "write mem": self._save,
        }
        return answers.get(line, lambda: INVALID)()

    def _stop_paging(self) -> str:
        self._paging = False
        return ""

    def _enter_configuration(self) -> str:
        self._prompt = f"{NAME}(config)#"
        return "Enter configuration commands, one per line.  End with CNTL/Z."

    def _show(self) -> str:
        return " --More-- " if self._paging else self._device.text()

    def _reload(self) -> str:
        self._say("", "System configuration has been modified. Save? [yes/no]: ")
        if self._read() != "no":
            return "% the test wants the old startup configuration"
        self._say("Reload scheduled for 12:00 in 2 minutes", "Proceed with reload? [confirm]")
        self._read()
        self._device.reload_scheduled = True
        return ""

    def _cancel(self) -> str:
        self._device.reload_scheduled = False
        return "\n***\n*** --- SHUTDOWN ABORTED ---\n***"

    def _save(self) -> str:
        self._device.startup = self._device.text()
        return "Building configuration...\n[OK]"
