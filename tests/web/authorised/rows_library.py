from authorised.rules import Row
from authorised.world import World

from ambulando.evidence import base
from ambulando.web.library.models import Figure, Publication


def plant(world: World) -> None:
    """A publication with nothing in it but a picture; the pages say that the results are being made."""
    made = Publication.objects.create(version="of the tests", results={})
    Figure.objects.create(publication=made, name="forest", theme="light", width="phone", svg="<svg/>")
    world.at["publication"] = made.pk
    analysis = next(one for one in base.analyses().values() if one.status == "recomputed")
    world.at["analysis"] = analysis.id
    world.at["evidence row"] = base.rows_for(analysis.id)[0].id


OPEN = Row("open", "nothing")
ROWS = {
    "about": OPEN, "evidence": OPEN, "rows": Row("open", "nothing", at={"analysis_id": "@analysis"}),
    "row": Row("open", "nothing", at={"row_id": "@evidence row"}),
    "published": OPEN, "sources": OPEN, "rules": OPEN, "activities": OPEN, "claims": OPEN,
    "figure": Row("open", "nothing", at={"publication": "@publication", "name": "forest", "theme": "light", "width": "phone"}),
    "question": Row("open", "nothing", at={"question_id": "does-it-help"}),
}  # fmt: skip
