"""What was measured, held against its bars."""

import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure is held to: at least, or with `most`, at most."""

    name: str
    unit: str
    bar: float
    most: bool = False
    digits: int = 2

    def is_met(self, value: float) -> bool:
        """Tell whether a value is on the right side."""
        return value <= self.bar if self.most else value >= self.bar


@dataclass(slots=True)
class Figures:
    """What was measured: by bar one value a round, and absolute numbers beside them."""

    bars: Sequence[Bar]
    rounds: dict[str, list[float]] = field(default_factory=dict)
    notes: dict[str, list[float]] = field(default_factory=dict)

    def add(self, bar: Bar, value: float) -> None:
        """Keep one measured value."""
        self.rounds.setdefault(bar.name, []).append(value)

    def note(self, name: str, value: float) -> None:
        """Keep an absolute number: good to read, not to compare between machines."""
        self.notes.setdefault(name, []).append(round(value, 3))

    def median(self, bar: Bar) -> float | None:
        """Return the median of the rounds, None when it was not measured."""
        values = self.rounds.get(bar.name)
        return statistics.median(values) if values else None

    def as_json(self) -> dict[str, Any]:
        """Return everything as `--json` writes it."""
        return {
            "machine": machine(),
            "figures": [
                {
                    **asdict(bar),
                    "value": self.median(bar),
                    "rounds": self.rounds.get(bar.name, []),
                }
                for bar in self.bars
            ],
            "absolute": self.notes,
        }


def machine() -> dict[str, Any]:
    """Return how large the machine is that was measured on."""
    memory_gb = psutil.virtual_memory().total / 2**30
    return {"cores": os.cpu_count(), "memory_gib": round(memory_gb, 1)}


def show(figures: Figures, console: Console) -> None:
    """Print every figure beside its bar, then the absolute numbers."""
    size = machine()
    table = Table(title=f"{size['cores']} cores, {size['memory_gib']} GiB", title_style="bold")
    table.add_column("figure")
    table.add_column("median", justify="right")
    table.add_column("bar", justify="right")
    table.add_column("")
    for bar in figures.bars:
        value = figures.median(bar)
        if value is None:
            table.add_row(bar.name, "-", _written(bar, bar.bar), "not measured here")
        else:
            met = "[green]met[/]" if bar.is_met(value) else "[red]not met[/]"
            sign = "<=" if bar.most else ">="
            table.add_row(bar.name, _written(bar, value), f"{sign} {_written(bar, bar.bar)}", met)
    console.print(table)
    for name, values in figures.notes.items():
        console.print(f"  {name}: {statistics.median(values):,.1f}", soft_wrap=True)


def _written(bar: Bar, value: float) -> str:
    return f"{value:,.{bar.digits}f} {bar.unit}".rstrip()
