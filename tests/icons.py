"""``python -m tests.icons`` draws the icons of the installed application anew, after `icon.svg`."""

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parents[1] / "examprep" / "plumbing" / "static" / "icons"
GREEN, WHITE = "#1f5c4d", "#ffffff"
TICK = ((16, 34), (27, 45), (48, 20))  # in a square of 64
STROKE, CORNER, FINER = 6, 12, 8

# name: pixels, whether the corners are cut round, how much of the square the tick's own square takes
ICONS = {
    "any-192": (192, True, 1.0),
    "any-512": (512, True, 1.0),
    "maskable-512": (512, False, 0.8),
    "touch": (180, False, 0.9),
}


def draw(pixels: int, *, rounded: bool, share: float) -> Image.Image:
    """A tick on green. A maskable icon is whole to its edges: the system cuts its own shape out of it."""
    side = pixels * FINER // 2
    unit = side / 64
    icon = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(icon)
    pen.rounded_rectangle((0, 0, side - 1, side - 1), CORNER * unit if rounded else 0, fill=GREEN)
    points = [((32 + (x - 32) * share) * unit, (32 + (y - 32) * share) * unit) for x, y in TICK]
    width = STROKE * share * unit
    pen.line(points, fill=WHITE, width=round(width), joint="curve")
    for x, y in points:
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=WHITE)
    return icon.resize((pixels, pixels), Image.Resampling.LANCZOS)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, (pixels, rounded, share) in ICONS.items():
        icon = draw(pixels, rounded=rounded, share=share)
        icon.quantize(64).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
