"""Circles, turned on. Ada is in one, which Cora moderates; she is there of her own accord, so no grant is asked for."""

from authorised.rules import Row
from authorised.world import World, word

from ambulando.web.care.circles import actions
from ambulando.web.care.circles.models import Post

SETTINGS = {"CIRCLES": True}


def plant(world: World) -> None:
    now = world.now
    circle = actions.make("Slow mornings", "", world.cora, "C.", now)
    other = actions.make("Evenings", "", world.people["of-another"], "D.", now)
    moderator = circle.members.get()
    ada = actions.join(world.ada, circle, word("talk"), now)
    post = actions.write(ada, now, text=f"It is {word('talk')} today.")
    world.at |= {"circle": circle.pk, "circle code": other.code, "circle post": post.pk}
    world.at |= {"circle member": ada.pk, "circle moderator": moderator.pk}
    world.at["moderator's post"] = Post.objects.create(
        circle=circle, member=moderator, phrase="rest", at=now
    ).pk
    world.at["circle report"] = actions.report(moderator, post, now, why="worry", words="").pk


IN = {"pk": "@circle"}
POST = IN | {"post": "@circle post"}
MODERATORS = Row("moderator", "moderator", at=IN)
ROWS = {
    "circles": Row("own page", "nothing, signed in"),
    "join_circle": Row("own page", "own", at={"code": "@circle code"}, body={"shown_name": "A.", "agree": "on"}),
    "circle": Row("circle", "circle", at=IN, body=lambda world, who: {"phrase": "rest"}, writes={"clinician": "keeps"}, why="what the moderator writes is her own"),
    "circle_people": Row("circle", "circle, nothing", at=IN),
    "mute_in_circle": Row("circle, no page", "circle", at=IN | {"other": "@circle moderator"}, writes={"clinician": "none"}, why="nobody mutes themselves"),
    "remove_own_post": Row("circle, no page", "own thing", at=POST),
    "report_post": Row("circle", "circle", at=IN | {"post": "@moderator's post"}, body={"why": "hurts"},
        reads={"clinician": "none"}, writes={"clinician": "none"}, why="nobody reports a post of their own"),
    "leave_circle": Row("circle", "circle", at=IN, writes={"clinician": "keeps"}, why="the moderator leaves alone"),
    "circle_care": Row("moderator", "moderator, nothing", at=IN),
    "new_circle_code": Row("moderator, no page", "moderator, nothing", at=IN),
    "take_down_post": Row("moderator", "moderator", at=POST, body={"note": "Take care."}),
    "saw_report": Row("moderator, no page", "moderator", at=IN | {"report": "@circle report"}),
    "take_out_of_circle": Row("moderator", "moderator", at=IN | {"other": "@circle member"}),
    "close_circle": Row("moderator, no page", "moderator, nothing", at=IN),
    "manage_circles": Row("staff", "staff", body={"name": "New", "moderator": "ben", "shown_name": "B."}),
    "manage_circle": Row("staff, no page", "staff", at=IN, body={"do": "close"}),
}  # fmt: skip
