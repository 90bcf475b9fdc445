"""What others wrote and we carry: the very files of their package, with their licence."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[2]
QR = ROOT / "examprep/plumbing/static/qr-0.7.0"
HASHES = {
    "LICENSE": "f9946796a8a5bd5981565142fa42e3b0cc36aef6f80e86beaf5905b3c0fef1b5",
    "LICENSE-MIT": "07a9f887e9215644439b808628b09f8eece932d79130ff563f958f3a1783e684",
    "decode.js": "00e209820dcb11d624e9a03d6383e580766792b57d1651318f0a29e4e1ff0fe8",
    "index.js": "a0de370051f94bd74f218f74401fdf197585e3f9ef0143164f87ea941a3fdd6f",
}


def test_the_decoder_is_the_packages():
    found = {name: hashlib.sha256((QR / name).read_bytes()).hexdigest() for name in HASHES}
    assert found == HASHES
    assert {path.name for path in QR.iterdir()} == {*HASHES, "README.md"}


def test_the_scanner_names_it():
    assert f"../{QR.name}/decode.js" in (QR.parent / "offline/scanner.js").read_text()


def test_the_decoder_needs_nothing_that_our_policy_forbids():
    for name in ("decode.js", "index.js"):
        words = (QR / name).read_text()
        assert not [word for word in ("eval(", "new Function", "WebAssembly", "Worker(", "innerHTML") if word in words]
