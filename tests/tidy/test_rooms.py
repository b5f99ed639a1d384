"""The rooms on disk, in the packaging, in the import contracts and in the tests are the same rooms."""

from typing import Any

from tests.tidy.tree import NOT_ROOMS, ROOT, project, rooms, walk

NOT_MIRRORS = {
    "browser",
    "chaos",
    "contracts",
    "docs",
    "e2e",
    "fakes",
    "fuzz",
    "properties",
    "replay",
    "scenarios",
    "setup",
    "simulation",
    "tidy",
}
"""Test folders that stand across the rooms, or beside them."""


def tool(name: str) -> dict[str, Any]:
    """One tool's table in ``pyproject.toml``."""
    tables = project()["tool"]
    assert isinstance(tables, dict)
    table = tables[name]
    assert isinstance(table, dict)
    return table


def test_every_top_folder_is_a_room_or_known_to_be_none() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in walk(ROOT) if path.suffix == ".py"}

    assert top <= rooms() | NOT_ROOMS


def test_the_import_contracts_know_every_room() -> None:
    assert set(tool("importlinter")["root_packages"]) == rooms()


def test_every_room_has_its_layer() -> None:
    contracts = {contract["id"]: contract for contract in tool("importlinter")["contracts"]}
    layered = {name.strip(" ()") for layer in contracts["rooms"]["layers"] for name in layer.split("|")}

    assert rooms() <= layered


def test_no_room_may_import_the_phones_stacks() -> None:
    contracts = {contract["id"]: contract for contract in tool("importlinter")["contracts"]}

    assert set(contracts["pjsua2"]["source_modules"]) == set(contracts["baresip"]["source_modules"]) == rooms()


def test_every_room_is_packaged() -> None:
    assert rooms() <= set(tool("hatch")["build"]["only-include"])


def test_test_folders_mirror_the_rooms() -> None:
    folders = {path.parent.relative_to(ROOT / "tests") for path in walk(ROOT / "tests") if path.suffix == ".py"}
    mirrors = {folder for folder in folders if folder.parts and folder.parts[0] not in NOT_MIRRORS}

    assert sorted(folder for folder in mirrors if not (ROOT / folder).is_dir()) == []


def test_every_room_has_tests() -> None:
    with_tests = {
        path.relative_to(ROOT / "tests").parts[0] for path in walk(ROOT / "tests") if path.name.startswith("test_")
    }

    assert sorted(rooms() - with_tests) == []


def test_every_folder_of_python_files_is_a_package() -> None:
    folders = {path.parent for path in walk(ROOT) if path.suffix == ".py"}

    assert sorted(str(folder) for folder in folders if not (folder / "__init__.py").is_file()) == []
