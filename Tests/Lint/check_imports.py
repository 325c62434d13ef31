#!/usr/bin/env python3
"""Checks every import in Sources against the manifest and against the floors.

SwiftPM lets a module through that comes along with another one; this does not. It also sees that a C library is imported by
one module only, and that every module stands on a floor.
"""
import json
import pathlib
import re
import subprocess
import sys

SYSTEM = {"Glibc", "Foundation", "FoundationEssentials", "Dispatch", "Synchronization", "Swift", "PackageDescription"}
IMPORT = re.compile(r"^\s*(?:@\w+(?:\(\w+\))?\s+)*(?:public |package |internal |private |fileprivate )?import\s+"
                    r"(?:struct |class |enum |protocol |func |var |let |typealias )?([A-Za-z_]\w*)")


def read_floors(path):
    """module -> floor"""
    floors = {}
    for line in pathlib.Path(path).read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            floor, *modules = line.split()
            floors.update({module: int(floor) for module in modules})
    return floors


def read_manifest(package):
    """target -> the names that it may import"""
    declared = {}
    for target in package["targets"]:
        if target["type"] == "test" or target["name"].endswith("TestSupport"):
            continue
        names = set()
        for dependency in target["dependencies"]:
            kind, values = next(iter(dependency.items()))
            names.add(values[0])
        declared[target["name"]] = names
    return declared


def imports(path):
    """(line number, module) of each import of a file"""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = IMPORT.match(line)
        if found:
            yield number, found.group(1)


def check(root, floors, declared):
    """All findings as lines `file:line: what`."""
    findings = []
    owners = {}
    for target in sorted(declared):
        folder = pathlib.Path(root) / "Sources" / target
        if target not in floors:
            findings.append(f"Sources/{target}: stands on no floor; add it to Tests/Lint/floors.txt")
            continue
        for name in sorted(declared[target]):
            if name in floors and floors[name] >= floors[target]:
                findings.append(f"Package.swift: {target} (floor {floors[target]}) declares {name} (floor {floors[name]}), "
                                "which is not below it")
        for path in sorted(folder.rglob("*.swift")):
            place = path.relative_to(root)
            for number, module in imports(path):
                if module in SYSTEM:
                    continue
                if module not in declared[target]:
                    findings.append(f"{place}:{number}: imports {module}, which the manifest does not name for {target}")
                elif module in floors and floors[module] >= floors[target]:
                    findings.append(f"{place}:{number}: {target} (floor {floors[target]}) imports {module} "
                                    f"(floor {floors[module]}), which is not below it")
                if module in floors and floors[module] == 0 and module != "Wire":
                    owner = owners.setdefault(module, target)
                    if owner != target:
                        findings.append(f"{place}:{number}: {module} belongs to {owner} alone")
    return findings


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    dump = subprocess.run(["swift", "package", "dump-package"], cwd=root, check=True, capture_output=True, text=True)
    findings = check(root, read_floors(root / "Tests/Lint/floors.txt"), read_manifest(json.loads(dump.stdout)))
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings in imports")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
