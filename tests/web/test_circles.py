"""Circles: small, kind, and off until the operator turns them on."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from ambulando.ground import InputError
from ambulando.web.care.circles import actions, queries
from ambulando.web.care.circles.models import MOST, Circle, Member, Post, Report
from ambulando.web.care.circles.phrases import phrases
from ambulando.web.care.circles.urls import urlpatterns
from ambulando.web.people.models import Person
from cast import ADA, ELI
from sign_up import signed_up


@pytest.fixture
def on(settings: Any) -> None:
    settings.CIRCLES = True


@pytest.fixture
def moderator(db: None) -> Person:
    return signed_up("mere", ADA)


@pytest.fixture
def circle(moderator: Person, on: None) -> Circle:
    return actions.make("Slow mornings", "For early birds", moderator, "M.", timezone.now())


def into(person: Person, circle: Circle, name: str) -> Member:
    return actions.join(person, circle, name, timezone.now())


@pytest.fixture
def adas(ada: Person, circle: Circle) -> Member:
    return into(ada, circle, "Heron")


@pytest.fixture
def bens(ben: Person, circle: Circle) -> Member:
    return into(ben, circle, "Otter")


def as_(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(client: Client, name: str, *args: object) -> str:
    return " ".join(client.get(reverse(name, args=args)).content.decode().split())


def says(member: Member, text: str, **other: Any) -> Post:
    return actions.write(member, other.pop("now", timezone.now()), text=text)


def test_where_circles_are_off_no_address_of_them_is_there(as_ada: Client, ada: Person) -> None:
    ada.is_staff = True
    ada.save()
    for one in urlpatterns:
        address = "/" + str(one.pattern).replace("<slug:code>", "abc")
        for part in ("pk", "post", "other", "report"):
            address = address.replace(f"<int:{part}>", "1")
        for client in (as_ada, Client()):
            assert client.get(address).status_code == 404, address
            assert client.post(address).status_code == 404, address
    assert reverse("circles") not in page(as_ada, "you")


def test_where_they_are_on_the_first_page_says_what_they_are_not(as_ada: Client, on: None) -> None:
    assert reverse("circles") in page(as_ada, "you")
    shown = page(as_ada, "circles")
    for sentence in (
        "It is not therapy",
        "It is not watched around the clock",
        "12 people at most",
        "no likes and no counts",
    ):
        assert sentence in shown


def test_somebody_comes_in_with_a_code_and_a_name_of_their_own_choice(
    as_ada: Client, ada: Person, circle: Circle
) -> None:
    wrong = as_ada.post("/circles/", {"code": "nothing"})
    assert wrong.status_code == 422
    spaced = f" {circle.code[:8].upper()}-{circle.code[8:]} "
    assert as_ada.post("/circles/", {"code": spaced}).url == reverse("join_circle", args=[circle.code])
    address = reverse("join_circle", args=[circle.code])
    assert "For early birds" in page(as_ada, "join_circle", circle.code)
    assert as_ada.post(address, {"shown_name": "Heron"}).status_code == 422, "the box is ticked first"
    assert as_ada.post(address, {"shown_name": "m.", "agree": "on"}).status_code == 422, (
        "a name is there once"
    )
    assert not queries.own(ada).exists()
    assert as_ada.post(address, {"shown_name": "Heron", "agree": "on"}).url == reverse(
        "circle", args=[circle.pk]
    )
    assert queries.membership(ada, circle.pk).shown_name == "Heron"


def test_others_read_the_name_that_somebody_chose_and_never_their_user_name(
    as_ada: Client, adas: Member, bens: Member
) -> None:
    says(bens, "It rains here")
    for name in ("circle", "circle_people"):
        shown = page(as_ada, name, adas.circle_id)
        assert "Otter" in shown
        assert "ben" not in shown.replace("beneath", "")


def test_a_circle_takes_twelve_people_and_no_more(circle: Circle) -> None:
    for n in range(MOST - 1):
        into(signed_up(f"one-{n}", ADA), circle, f"N {n}")
    with pytest.raises(InputError, match="full"):
        into(signed_up("late", ADA), circle, "Late")


def test_who_is_under_eighteen_is_told_where_there_is_help(circle: Circle) -> None:
    with pytest.raises(InputError, match="adults"):
        into(signed_up("eli", ELI), circle, "Eli")


def test_a_phrase_takes_one_tap_and_a_few_words_take_280_letters(as_ada: Client, adas: Member) -> None:
    address = reverse("circle", args=[adas.circle_id])
    assert as_ada.post(address, {"phrase": "rest"}).status_code == 302
    assert as_ada.post(address, {"text": "x" * 280}).status_code == 302
    shown = page(as_ada, "circle", adas.circle_id)
    assert shown.count("Rest is part of it.") == 2, "as a post, and among those that are offered"
    for sent in (
        {"text": "x" * 281},
        {"text": " \x07 "},
        {},
        {"phrase": "made-up"},
        {"text": "\x00"},
        {"text": "💙" * 3000},
    ):
        assert as_ada.post(address, sent).status_code == 422, sent
    assert adas.posts.count() == 2


def test_the_same_tap_twice_is_kept_once_and_a_flood_stops(adas: Member) -> None:
    now = timezone.now()
    assert says(adas, "hello", now=now) == says(adas, "hello", now=now + timedelta(seconds=5))
    for n in range(actions.IN_A_DAY - 1):
        says(adas, f"word {n}", now=now)
    with pytest.raises(InputError, match="tomorrow"):
        says(adas, "one more", now=now)
    assert says(adas, "one more", now=now + timedelta(days=1, minutes=1))


def test_what_is_written_is_shown_as_text_and_kept_encrypted(as_ada: Client, adas: Member) -> None:
    post = says(adas, "<script>alert(1)</script> quiet heron")
    assert "&lt;script&gt;alert(1)" in page(as_ada, "circle", adas.circle_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM circles_post WHERE id = %s", [post.pk])
        assert b"heron" not in bytes(cursor.fetchone()[0])


def test_the_phrases_are_kind_short_and_without_a_number() -> None:
    assert len(phrases()) >= 6
    for text in phrases().values():
        assert len(text) <= 60
        assert not any(one.isdigit() or one == "!" for one in text)
        assert not {"more", "most", "better", "best", "than", "least", "fewer"} & set(
            text.lower().strip(".").split()
        )


def test_nothing_on_the_pages_counts_or_ranks_people(as_ada: Client, adas: Member, bens: Member) -> None:
    for n in range(7):
        says(bens, f"words {'again ' * n}")
    shown = page(as_ada, "circle", adas.circle_id) + page(as_ada, "circle_people", adas.circle_id)
    for word in ("7 posts", "members)", "streak", "rank", "like</", "unread"):
        assert word not in shown.lower()


def test_muting_takes_one_tap_and_the_other_is_not_told(
    as_ada: Client, as_ben: Client, adas: Member, bens: Member
) -> None:
    says(bens, "loud")
    before = page(as_ben, "circle", adas.circle_id)
    address = reverse("mute_in_circle", args=[adas.circle_id, bens.pk])
    as_ada.post(address, {"mute": "yes"})
    assert "loud" not in page(as_ada, "circle", adas.circle_id)
    strip = lambda text: text.split("csrfmiddlewaretoken")[0]  # noqa: E731
    assert strip(page(as_ben, "circle", adas.circle_id)) == strip(before)
    as_ada.post(address, {"mute": "no"})
    assert "loud" in page(as_ada, "circle", adas.circle_id)


def test_a_report_goes_to_the_moderator_with_who_and_when_and_to_nobody_else(
    as_ada: Client, as_ben: Client, adas: Member, bens: Member, moderator: Person
) -> None:
    post = says(bens, "just stop your pills")
    address = reverse("report_post", args=[adas.circle_id, post.pk])
    assert as_ada.post(address, {}).status_code == 422
    for _tap in range(2):
        assert as_ada.post(address, {"why": "advice", "words": "This scared me"}).status_code == 302
    report = Report.objects.get()
    shown = page(as_(moderator), "circle_care", adas.circle_id)
    for part in (
        "Heron",
        "This scared me",
        "just stop your pills",
        "Otter",
        timezone.localtime(report.at).strftime("%H:%M"),
    ):
        assert part in shown
    assert as_ben.get(reverse("circle_care", args=[adas.circle_id])).status_code == 404
    assert "This scared me" not in page(as_ben, "circle", adas.circle_id)


def test_who_is_worried_about_somebody_is_led_to_help(as_ada: Client, adas: Member, bens: Member) -> None:
    post = says(bens, "I can not any more")
    assert as_ada.post(
        reverse("report_post", args=[adas.circle_id, post.pk]), {"why": "worry"}
    ).url == reverse("help")


def test_a_post_that_was_taken_down_is_seen_by_its_writer_alone_with_the_kind_word(
    as_ada: Client, as_ben: Client, adas: Member, bens: Member, moderator: Person
) -> None:
    post = says(bens, "harsh words")
    actions.report(adas, post, timezone.now(), why="hurts", words="")
    as_(moderator).post(
        reverse("take_down_post", args=[adas.circle_id, post.pk]), {"note": "I know it was a hard day"}
    )
    assert "harsh words" not in page(as_ada, "circle", adas.circle_id)
    assert "harsh words" not in page(as_(moderator), "circle", adas.circle_id)
    own = page(as_ben, "circle", adas.circle_id)
    assert "harsh words" in own
    assert "I know it was a hard day" in own
    assert not queries.reports(adas.circle).exists(), "what was reported about it is seen to"


def test_leaving_is_at_once_and_takes_the_words_where_that_is_wished(
    as_ada: Client, as_ben: Client, adas: Member, bens: Member
) -> None:
    says(adas, "stays a while")
    says(bens, "goes with me")
    as_ben.post(reverse("leave_circle", args=[adas.circle_id]), {"posts": "remove"})
    assert as_ben.get(reverse("circle", args=[adas.circle_id])).status_code == 404
    assert not Post.objects.filter(member=bens).exists()
    as_ada.post(reverse("leave_circle", args=[adas.circle_id]))
    assert Post.objects.get().body == "stays a while"
    into(bens.person, bens.circle, "Otter")
    shown = page(as_ben, "circle", adas.circle_id)
    assert "stays a while" in shown
    assert "Heron" not in shown, "the words stay under no name"


def test_who_was_taken_out_does_not_come_in_again_and_is_read_no_more(
    as_ada: Client, adas: Member, bens: Member, moderator: Person
) -> None:
    says(bens, "a shadow")
    as_(moderator).post(reverse("take_out_of_circle", args=[adas.circle_id, bens.pk]))
    assert "a shadow" not in page(as_ada, "circle", adas.circle_id)
    with pytest.raises(InputError, match="again"):
        into(bens.person, Circle.objects.get(), "Another")


def test_another_code_takes_the_place_of_the_first_one(
    circle: Circle, moderator: Person, as_ada: Client
) -> None:
    first = circle.code
    as_(moderator).post(reverse("new_circle_code", args=[circle.pk]))
    assert as_ada.get(reverse("join_circle", args=[first])).status_code == 404
    circle.refresh_from_db()
    assert as_ada.get(reverse("join_circle", args=[circle.code])).status_code == 200


def test_a_closed_circle_can_be_read_and_left_and_nothing_new_is_written(
    as_ada: Client, adas: Member, moderator: Person
) -> None:
    says(adas, "before")
    as_(moderator).post(reverse("close_circle", args=[adas.circle_id]))
    assert "before" in page(as_ada, "circle", adas.circle_id)
    assert as_ada.post(reverse("circle", args=[adas.circle_id]), {"text": "after"}).status_code == 422
    assert queries.by_code(adas.circle.code) is None
    assert as_ada.post(reverse("leave_circle", args=[adas.circle_id])).status_code == 302


def test_without_its_moderator_a_circle_waits_until_the_operator_names_another(
    as_ada: Client, adas: Member, bens: Member, moderator: Person
) -> None:
    as_(moderator).post(reverse("leave_circle", args=[adas.circle_id]))
    assert as_ada.post(reverse("circle", args=[adas.circle_id]), {"text": "hello"}).status_code == 422
    olga = signed_up("olga", ADA)
    olga.is_staff = True
    olga.save()
    sent = {"do": "moderator", "moderator": "ben", "shown_name": "Otter"}
    as_(olga).post(reverse("manage_circle", args=[adas.circle_id]), sent)
    assert queries.moderated(bens.person, adas.circle_id)
    assert as_ada.post(reverse("circle", args=[adas.circle_id]), {"text": "hello"}).status_code == 302


def test_the_operator_names_moderators_and_reads_nothing(adas: Member, moderator: Person) -> None:
    says(adas, "between us")
    olga = signed_up("olga", ADA)
    olga.is_staff = True
    olga.save()
    client = as_(olga)
    sent = {"name": "Evenings", "moderator": "mere", "shown_name": "M."}
    assert client.post(reverse("manage_circles"), sent | {"moderator": "nobody"}).status_code == 422
    assert client.post(reverse("manage_circles"), sent).status_code == 302
    shown = page(client, "manage_circles")
    assert "Evenings" in shown
    assert "between us" not in shown
    assert "Heron" not in shown
    for name in ("circle", "circle_people", "circle_care"):
        assert client.get(reverse(name, args=[adas.circle_id])).status_code == 404


def test_numbers_that_were_made_up_and_those_of_other_circles_are_not_there(
    as_ada: Client, adas: Member, ben: Person
) -> None:
    other = actions.make("Elsewhere", "", ben, "B.", timezone.now())
    stranger = other.members.get()
    post = says(stranger, "not for Ada")
    for pk in (post.pk, 10**15, 10**30):
        for name in ("report_post", "remove_own_post", "take_down_post"):
            assert as_ada.post(reverse(name, args=[adas.circle_id, pk]), {"why": "hurts"}).status_code == 404
        assert (
            as_ada.post(reverse("mute_in_circle", args=[adas.circle_id, pk + stranger.pk])).status_code == 404
        )
        assert as_ada.get(reverse("circle", args=[adas.circle_id + pk])).status_code == 404
    for text in ("9" * 6000, "-1", "x", "٣", "\x00"):
        assert as_ada.get(reverse("circle", args=[adas.circle_id]), {"before": text}).status_code == 200


def test_a_circle_asks_the_database_as_often_for_thirty_posts_as_for_three(
    as_ada: Client, adas: Member, bens: Member
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            page(as_ada, "circle", adas.circle_id)
        return len(found)

    now = timezone.now()
    Post.objects.bulk_create(Post(circle=adas.circle, member=bens, phrase="rest", at=now) for _ in range(3))
    asked()
    few = asked()
    Post.objects.bulk_create(Post(circle=adas.circle, member=bens, phrase="rest", at=now) for _ in range(27))
    assert asked() == few


def test_removing_the_account_removes_what_was_written(adas: Member, ada: Person) -> None:
    from ambulando.web.people import actions as people

    says(adas, "mine")
    people.remove(ada)
    assert not Post.objects.exists()
    assert not Member.objects.filter(shown_name="Heron").exists()
