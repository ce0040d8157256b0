"""Golden texts: what a command says, kept in tests/cases to be reviewed like code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.apply.lock import who

CASES = Path(__file__).parent / "cases"
_OF_EVERY_RUN = (
    (r"\b[0-9]{8}-[0-9]{6}-[0-9]{6}\b", "RUN"),
    (r"\b[0-9a-f]{40}\b|\b[0-9a-f]{12}\b", "COMMIT"),
    (r"\bSHA256:[A-Za-z0-9+/]{43}", "FINGERPRINT"),
)


@dataclass(frozen=True)
class Golden:
    """Holds what was said against a file; `words` stand for what is another in every run, longest first."""

    update: bool
    words: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, case: str, said: object, **words: str) -> None:
        """Compare, or write the file anew; a name without a suffix is that of a .txt file."""
        text = self._settled(str(said), {value: name for name, value in words.items()})
        expected = CASES / (case if Path(case).suffix else f"{case}.txt")
        if self.update:
            expected.parent.mkdir(parents=True, exist_ok=True)
            expected.write_text(text, encoding="utf-8")
        assert text == expected.read_text(encoding="utf-8")

    def _settled(self, text: str, words: Mapping[str, str]) -> str:
        for value, name in sorted({**self.words, **words}.items(), key=lambda pair: -len(pair[0])):
            text = text.replace(value, name)
        for pattern, name in _OF_EVERY_RUN:
            text = re.sub(pattern, name, text)
        today = f"{datetime.now(UTC):%Y-%m-%d}"
        text = re.sub(rf"{today}(?:T[0-9:.]+(?:\+00:00)?)?", "TODAY", text)
        return text.replace(f"by {who()} ", "by WHO ").rstrip("\n") + "\n"
