"""Copy the front-end files that the application serves itself, with version, licence and hash. For maintainers; needs npm."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
VENDOR = ROOT / "src/ambulando/web/static/vendor"

#: package -> (licence file in it, {file in it: name here})
FILES = {
    "htmx.org": ("LICENSE", {"dist/htmx.min.js": "htmx.js"}),
    "@picocss/pico": ("LICENSE.md", {"css/pico.min.css": "pico.css"}),
    "uplot": ("LICENSE", {"dist/uPlot.iife.min.js": "uplot.js", "dist/uPlot.min.css": "uplot.css"}),
    "@fontsource/atkinson-hyperlegible": (
        "LICENSE",
        {
            "files/atkinson-hyperlegible-latin-400-normal.woff2": "atkinson-400.woff2",
            "files/atkinson-hyperlegible-latin-700-normal.woff2": "atkinson-700.woff2",
            "files/atkinson-hyperlegible-latin-ext-400-normal.woff2": "atkinson-ext-400.woff2",
            "files/atkinson-hyperlegible-latin-ext-700-normal.woff2": "atkinson-ext-700.woff2",
        },
    ),
}


def main() -> None:
    subprocess.run(["npm", "install", "--ignore-scripts"], cwd=FRONTEND, check=True)
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    entries = []
    for package, (licence, names) in FILES.items():
        folder = FRONTEND / "node_modules" / package
        about = json.loads((folder / "package.json").read_text())
        slug = package.strip("@").replace("/", "-").replace(".", "-")
        shutil.copy(folder / licence, VENDOR / f"{slug}.LICENSE.txt")
        for source, name in names.items():
            content = (folder / source).read_bytes()
            # A source map is not shipped, and a page that asks for a missing file is an error in the console.
            if name.endswith((".js", ".css")):
                content = b"\n".join(line for line in content.split(b"\n") if b"sourceMappingURL" not in line)
            (VENDOR / name).write_bytes(content)
            entries.append(
                {
                    "file": name,
                    "package": package,
                    "version": about["version"],
                    "licence": about["license"],
                    "licence_file": f"{slug}.LICENSE.txt",
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
            )
    (VENDOR / "vendor.json").write_text(json.dumps(entries, indent=2) + "\n")


if __name__ == "__main__":
    main()
