from authorised.rules import Row
from authorised.world import World, word

from ambulando.plan.places import Place
from ambulando.web.places import actions

A_PLACE = {"name": "A bench", "kind": "park", "activities": ["walking"], "cost": 0, "company": "either"}


def plant(world: World) -> None:
    olga = world.people["operator"]
    own = Place(id="one", name=word("private"), kind="park", activities=("walking",))
    world.at["place"] = actions.add(world.ada, own).pk
    everybodys = Place(id="two", name="The hall", kind="park", activities=("walking",))
    world.at["place for all"] = actions.add_for_all(olga, everybodys).pk
    world.at["list"] = actions.draft(olga, "Parks", [everybodys]).pk


STAFF = Row("staff", "staff")
ROWS = {
    "places": Row("own page", "nothing"),
    "add_place": Row("own page", "own", body=A_PLACE),
    "change_place": Row("own thing", "own thing", at={"pk": "@place"}, body=A_PLACE),
    "end_place": Row("no page", "own thing", at={"pk": "@place"}),
    "pick_place": Row("no page", "own", at={"pk": "@place for all"}, body={"do": "yes"}),
    "manage_places": STAFF,
    "add_place_for_all": Row("staff", "staff", body=A_PLACE),
    "change_place_for_all": Row("staff", "staff", at={"pk": "@place for all"}, body=A_PLACE),
    "end_place_for_all": Row("no page", "staff", at={"pk": "@place for all"}),
    "place_list": Row("staff", "nothing", at={"pk": "@list"}),
    "decide_place_list": Row("no page", "staff", at={"pk": "@list"}, body={"do": "keep"}),
}
