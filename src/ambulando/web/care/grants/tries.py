"""How often somebody may try codes. Only wrong ones count; there are 17^12 codes."""

from ipaddress import IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

#: wrong codes from one address, and from all together, in so many seconds
MOST, MOST_OF_ALL, SECONDS = 20, 2000, 600


def _keys(request: HttpRequest) -> tuple[tuple[str, int], ...]:
    told = get_adapter().get_client_ip(request)
    try:
        ip = ip_address(told)
        if isinstance(ip, IPv6Address):  # a household has a network of them
            told = str(ip_network(f"{ip}/64", strict=False).network_address)
    except ValueError:
        told = "unknown"
    return (f"wrong-codes:{told}", MOST), ("wrong-codes", MOST_OF_ALL)


def too_many(request: HttpRequest) -> bool:
    return any(cache.get(key, 0) >= most for key, most in _keys(request))


def was_wrong(request: HttpRequest) -> None:
    for key, _most in _keys(request):
        cache.add(key, 0, SECONDS)
        try:
            cache.incr(key)
        except ValueError:  # it was just forgotten
            cache.add(key, 1, SECONDS)
