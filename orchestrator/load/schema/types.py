"""The typed fields of the schemas, made of the parsers of single values."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from orchestrator.load import values
from orchestrator.load.problems import BadError
from orchestrator.model import town


class Written(BaseModel):
    """What a person writes: every key is known, every type is exact."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True)


def _refusing(parse: Callable[[Any], Any], wanted: type, name: str) -> Callable[[Any], Any]:
    def convert(written: object) -> Any:
        if type(written) is not wanted:
            raise PydanticCustomError(f"{name}_type", "{name}", {"name": name})
        try:
            return parse(written)
        except BadError as bad:
            context = {"code": bad.code, "reason": bad.reason, "remedy": bad.remedy}
            raise PydanticCustomError("bad", "{reason}", context) from bad

    return convert


def _text(parse: Callable[[str], Any]) -> BeforeValidator:
    return BeforeValidator(_refusing(parse, str, "string"))


def _number(parse: Callable[[int], int]) -> BeforeValidator:
    return BeforeValidator(_refusing(parse, int, "int"))


Address = Annotated[IPv4Address, _text(values.address)]
Subnet = Annotated[IPv4Network, _text(values.subnet)]
Pool = Annotated[tuple[IPv4Address, IPv4Address], _text(values.pool)]
Key = Annotated[str, _text(values.key)]
GroupName = Annotated[str, _text(values.group)]
HostName = Annotated[str, _text(values.host_name)]
SocketName = Annotated[str, _text(values.socket)]
Account = Annotated[str, _text(values.account)]
Title = Annotated[str, _text(values.title)]
Domain = Annotated[str, _text(values.domain)]
Netbios = Annotated[str, _text(values.netbios)]
Uri = Annotated[str, _text(values.uri)]
Path = Annotated[str, _text(values.path)]
Place = Annotated[str, _text(values.place)]
Day = Annotated[str, _text(values.day)]
Vlan = Annotated[int, _number(values.vlan)]
Port = Annotated[int, _number(values.port)]
SwitchPort = Annotated[int, _number(values.switch_port)]
Ports = Annotated[town.PortRange, _text(values.ports)]
FlowEnd = Annotated[town.End, _text(values.end)]


def _once(items: list[Any]) -> list[Any]:
    seen: list[Any] = []
    for item in items:
        if item in seen:
            raise PydanticCustomError(
                "bad",
                "{reason}",
                {
                    "code": "TH-LIST-TWICE",
                    "reason": f"{item} stands twice in this list",
                    "remedy": "keep it once",
                    "value": str(item),
                },
            )
        seen.append(item)
    return items


Once = AfterValidator(_once)
