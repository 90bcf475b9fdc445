"""A chart of columns as a picture for documents that take no SVG; its labels are digits, so any font will do."""

import io

from examprep.plumbing.charts import HEIGHT, LEFT, RIGHT, WIDTH, Chart

SCALE = 4  # pixels for each unit of the drawing: 360 units over 8 cm are some 450 dots an inch
FILLS = ("#ffffff", "#1d4f86", "#a8701a")
EDGES = ("#1f5c4d", "#1d4f86", "#a8701a")


def png(chart: Chart) -> bytes:
    """The columns of a chart with their scale and names, black on white."""
    from PIL import Image, ImageDraw, ImageFont  # only here: else every process would hold it

    picture = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), "#ffffff")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(11 * SCALE)
    for tick in chart.ticks:
        y = tick.y * SCALE
        draw.line((LEFT * SCALE, y, RIGHT * SCALE, y), fill="#cccccc", width=SCALE // 2)
        draw.text(((LEFT - 5) * SCALE, y), f"{tick.value:,.0f}", fill="#333333", font=font, anchor="rm")
    for bar in chart.bars:
        box = (bar.x * SCALE, bar.y * SCALE, (bar.x + bar.width) * SCALE, (bar.y + bar.height) * SCALE)
        draw.rectangle(box, fill=FILLS[bar.series - 1], outline=EDGES[bar.series - 1], width=SCALE)
    for label in chart.labels:
        draw.text((label.x * SCALE, 203 * SCALE), label.text, fill="#333333", font=font, anchor="mm")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
