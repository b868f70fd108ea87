"""Is the record of looks whole?"""

from ambulando.cli.server import django, has_database
from ambulando.cli.talk import JsonFlag, answer
from ambulando.ground import InputError, data_place


def verify(json_: JsonFlag = False) -> int:
    """Is each person's record of who looked whole? Names nobody: a fault is an account's number and an entry's."""
    if not has_database():
        raise InputError(f"There is no database in {data_place()}; set AMBULANDO_DATA to where it lies.")
    django()
    from ambulando.web.care.grants.chain import has_key, verified

    if not has_key():
        raise InputError(
            f"The key looks.key is not in {data_place()}, so no record can be checked; put it back from a backup."
        )
    found = verified()

    def show() -> None:
        for one in found.faults:
            print(f"FAULT  account {one.account}: entry {one.link} was changed or moved, or is gone")
        people = f"{found.people} {'person' if found.people == 1 else 'people'}"
        looks = f"{found.looks} {'entry' if found.looks == 1 else 'entries'}"
        print(
            f"{people}, {looks}: {len(found.faults) or 'no'} record{'s' * (len(found.faults) != 1)} at fault."
        )

    faults = [{"account": one.account, "link": one.link} for one in found.faults]
    answer({"people": found.people, "looks": found.looks, "faults": faults, "ok": not faults}, json_, show)
    return 1 if faults else 0
