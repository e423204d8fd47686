"""Makes the package beside this file look installed: a real dist-info, written where Python looks for packages."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent


def install(site: Path) -> None:
    """What pip would leave behind, without pip. `site`: an empty folder, which then stands on sys.path."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]
    name = project["name"].replace("-", "_")
    info = site / f"{name}-{project['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {project['version']}\n")
    lines: list[str] = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{point} = {place}" for point, place in points.items()), ""]
    (info / "entry_points.txt").write_text("\n".join(lines))
    (site / name).symlink_to(HERE / name, target_is_directory=True)
    sys.path.append(str(site))
